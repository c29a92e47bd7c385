import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import { readBytes } from "../../src/engine/gpu/readback";
import { SlotPool } from "../../src/engine/gpu/slot-pool";
import { Program } from "../../src/engine/graph/program";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { batchInputs, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { planLogits } from "../../src/engine/train/programs";

/** Logits of a batch, virtual prompt tokens included, padding zeroed: (rows, T', vocabulary). */
export async function computeLogits(
  model: LoadedModel,
  state: AdapterState,
  batch: TrainingBatch,
): Promise<Float32Array> {
  const shape = {
    rows: batch.rows,
    length: batch.length,
    labels: 64 * Math.ceil((batch.rows * batch.length) / 64),
  };
  const plan = planLogits(model, state, shape);
  const pool = new SlotPool(model.gpu, [plan.slotBytes]);
  const program = await Program.create(model.gpu, model.pipelines, plan, pool, {
    weight: (name, shard) => model.weights.shardBuffer(name, shard),
    leaf: (value) =>
      value.storage === "constant"
        ? { buffer: model.weights.constantBuffer(value.name), offsetBytes: 0 }
        : state.range(value.name, state.buffer),
  });
  program.run(batchInputs(batch, shape, state.adapter, model.spec));
  const all = new Float32Array(await readBytes(model.gpu, program.output("logits")));
  program.destroy();
  pool.destroy();
  zeroPadding(all, batch, state.adapter.promptLength, model.spec.vocabularySize);
  return all;
}

function zeroPadding(
  logits: Float32Array,
  batch: TrainingBatch,
  promptLength: number,
  vocabulary: number,
): void {
  const total = promptLength + batch.length;
  batch.segments.forEach((segments, row) => {
    const end = Math.max(0, ...segments.map(({ start, length }) => start + length));
    logits.fill(0, (row * total + promptLength + end) * vocabulary, (row + 1) * total * vocabulary);
  });
}
