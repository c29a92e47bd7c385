import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import type { HostTensor } from "../../src/engine/adapters/common/method";
import { readBytes } from "../../src/engine/gpu/readback";
import { SlotPool } from "../../src/engine/gpu/slot-pool";
import { Program } from "../../src/engine/graph/program";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { lossScalars, STEP_SCALARS } from "../../src/engine/nn/step-scalars";
import { batchInputs, countLabels, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { OptimizerState } from "../../src/engine/train/optimizer-state";
import { type BatchOptions, planBatch } from "../../src/engine/train/plans";
import { trainingLeaf } from "../../src/engine/train/trainer-programs";

/** A repeatable training pass. */
export interface TrainingPass {
  /** Gradients of the batch's mean loss by parameter, and that loss; no update. */
  run(seed?: number): Promise<{ readonly gradients: Map<string, HostTensor>; readonly loss: number }>;
  destroy(): void;
}

/** Creates the pass that training runs over a batch, optionally with gradient checkpointing (`recompute`). */
export async function makeTrainingPass(
  model: LoadedModel,
  state: AdapterState,
  batch: TrainingBatch,
  options: BatchOptions,
): Promise<TrainingPass> {
  const { rows, length } = batch;
  const supervised = countLabels(batch, state.adapter);
  const shape = { rows, length, labels: 64 * Math.ceil(supervised / 64) };
  const plan = planBatch(model, state, shape, "train", options);
  const pool = new SlotPool(model.gpu, [plan.slotBytes]);
  const optimizer = new OptimizerState(model.gpu, state, 0);
  const program = await Program.create(model.gpu, model.pipelines, plan, pool, {
    weight: (name, shard) => model.weights.shardBuffer(name, shard),
    leaf: (value) => trainingLeaf(model, state, optimizer, value),
  });
  const inputs = batchInputs(batch, shape, state.adapter, model.spec);
  return {
    async run(seed = 0) {
      optimizer.beginStep();
      const step = lossScalars(1 / Math.max(1, supervised));
      new Uint32Array(step.buffer)[STEP_SCALARS.seed] = seed;
      program.run({ ...inputs, step });
      const gradients = await state.read(optimizer.gradients);
      const sum = await readBytes(model.gpu, {
        buffer: optimizer.lossSum,
        offsetBytes: 0,
        sizeBytes: 4,
      });
      return { gradients, loss: (new Float32Array(sum)[0] ?? NaN) / Math.max(1, supervised) };
    },
    destroy() {
      program.destroy();
      optimizer.destroy();
      pool.destroy();
    },
  };
}

/** Gradients of a batch's mean loss by parameter, optionally with gradient checkpointing (`recompute`). */
export async function computeGradients(
  model: LoadedModel,
  state: AdapterState,
  batch: TrainingBatch,
  recompute = false,
): Promise<Map<string, HostTensor>> {
  const pass = await makeTrainingPass(model, state, batch, { recompute });
  const { gradients } = await pass.run();
  pass.destroy();
  return gradients;
}
