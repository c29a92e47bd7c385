import type { TrainingBatch } from "../../src/engine/train/batch-inputs";
import { isSelectionDue, select } from "../../src/engine/train/selection";
import type { StepMetrics, Trainer } from "../../src/engine/train/trainer";

/** Runs optimizer steps over the same batches, making an adapter's selection when it is due. */
export async function trainSteps(
  trainer: Trainer,
  batches: readonly TrainingBatch[],
  steps: number,
  learningRate: number,
  seed = 0,
): Promise<StepMetrics[]> {
  const metrics: StepMetrics[] = [];
  for (let step = 0; step < steps; step++) {
    if (await isSelectionDue(trainer, step, steps)) {
      // Progress reports are not needed here.
      for await (const _ of select(trainer, batches));
    }
    metrics.push(await trainer.step(batches, learningRate, seed));
  }
  return metrics;
}
