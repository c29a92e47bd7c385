import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import { readBytes } from "../../src/engine/gpu/readback";
import { SlotPool } from "../../src/engine/gpu/slot-pool";
import type { Plan } from "../../src/engine/graph/plan";
import { Program } from "../../src/engine/graph/program";
import type { LoadedModel, ModelShape } from "../../src/engine/models/loaded-model";
import { applyHead } from "../../src/engine/nn/context";
import { makePlan } from "../../src/engine/transform/make-plan";
import { type BatchShape, batchInputs, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { type AdapterShape, traceForward } from "../../src/engine/train/plans";

/**
 * Logits of a batch (rows, T', vocabulary), virtual prompt tokens included and padding zeroed. For encoder-decoders,
 * logits of the answers.
 */
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
  const places = model.spec.encoder
    ? { ends: answerLengths(batch), total: batch.length }
    : { ends: textEnds(batch, state.adapter.promptLength), total: state.adapter.promptLength + batch.length };
  zeroPadding(all, places, model.spec.vocabularySize);
  return all;
}

/** Plans a forward pass that keeps all logits (rows · T', vocabulary). */
function planLogits(model: ModelShape, state: AdapterShape, shape: BatchShape): Plan {
  const { context, hidden } = traceForward(model, state, shape, "infer");
  return makePlan(context.graph, { logits: applyHead(context, model.spec, hidden) }, model.tuning);
}

/** End of each row's text, after the virtual tokens. */
function textEnds({ segments }: TrainingBatch, promptLength: number): number[] {
  return segments.map(
    (texts) => promptLength + Math.max(0, ...texts.map(({ start, length }) => start + length)),
  );
}

/** Supervised tokens per row. */
function answerLengths({ rows, length, supervised }: TrainingBatch): number[] {
  return Array.from({ length: rows }, (_, row) =>
    supervised.subarray(row * length, (row + 1) * length).reduce((sum, one) => sum + one, 0),
  );
}

function zeroPadding(
  logits: Float32Array,
  { ends, total }: { readonly ends: readonly number[]; readonly total: number },
  vocabulary: number,
): void {
  ends.forEach((end, row) =>
    logits.fill(0, (row * total + end) * vocabulary, (row + 1) * total * vocabulary),
  );
}
