import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import type { HostTensor } from "../../src/engine/adapters/common/method";
import { SlotPool } from "../../src/engine/gpu/slot-pool";
import { Program } from "../../src/engine/graph/program";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { lossScalars } from "../../src/engine/nn/step-scalars";
import { batchInputs, countLabels, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { OptimizerState } from "../../src/engine/train/optimizer-state";
import { planBatch } from "../../src/engine/train/plans";
import { trainingLeaf } from "../../src/engine/train/trainer-programs";

/**
 * Gradients of a batch's mean loss by parameter, from training's own plan, without an update. `recompute` enables
 * gradient checkpointing.
 */
export async function computeGradients(
  model: LoadedModel,
  state: AdapterState,
  batch: TrainingBatch,
  recompute = false,
): Promise<Map<string, HostTensor>> {
  const { rows, length } = batch;
  const supervised = countLabels(batch, state.adapter);
  const shape = { rows, length, labels: 64 * Math.ceil(supervised / 64) };
  const plan = planBatch(model, state, shape, "train", { recompute });
  const pool = new SlotPool(model.gpu, [plan.slotBytes]);
  const optimizer = new OptimizerState(model.gpu, state, 0);
  const program = await Program.create(model.gpu, model.pipelines, plan, pool, {
    weight: (name, shard) => model.weights.shardBuffer(name, shard),
    leaf: (value) => trainingLeaf(model, state, optimizer, value),
  });
  optimizer.beginStep();
  const step = lossScalars(1 / Math.max(1, supervised));
  program.run({ ...batchInputs(batch, shape, state.adapter, model.spec), step });
  const gradients = await state.read(optimizer.gradients);
  program.destroy();
  optimizer.destroy();
  pool.destroy();
  return gradients;
}
