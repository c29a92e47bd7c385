import { defined } from "../../lib/invariant";
import { layOutParameters, type ParameterRange } from "../adapters/adapter-state";
import type { HostTensor } from "../adapters/common/method";
import type { TrainingBatch } from "./batch-inputs";
import { type FrozenMask, packFrozen } from "./frozen";
import type { Trainer } from "./trainer";

/** Progress of a selection, then the number of trainable elements. */
export type SelectionProgress =
  | { readonly type: "selection"; readonly done: number; readonly total: number }
  | { readonly type: "selected"; readonly training: number };

/** Whether the adapter's selection is due before this step (from 0) and has not been made. */
export async function isSelectionDue(trainer: Trainer, step: number, totalSteps: number): Promise<boolean> {
  const { selection } = trainer.adapter;
  if (!selection || trainer.hasSelection) return false;
  if (step === Math.floor(selection.after * totalSteps)) return true;
  return step === 0 && selection.isMade !== undefined && selection.isMade(await trainer.parameters());
}

/** Yields each text with supervised tokens as its own batch. */
function* singleTexts(batches: Iterable<TrainingBatch>, length: number): Generator<TrainingBatch> {
  for (const batch of batches) {
    const rows = batch.segments.flatMap((segments, row) => segments.map((segment) => ({ ...segment, row })));
    for (const { row, start, length: tokens } of rows) {
      const first = row * batch.length + start;
      const supervised = new Uint8Array(length);
      supervised.set(batch.supervised.subarray(first, first + tokens));
      if (!supervised.subarray(1).includes(1)) continue;
      const ids = new Uint32Array(length);
      ids.set(batch.ids.subarray(first, first + tokens));
      yield { rows: 1, length, ids, supervised, segments: [[{ start: 0, length: tokens }]] };
    }
  }
}

/**
 * Makes an adapter's selection: scores importance on sample texts if required, selects the trainable elements and
 * freezes the rest. No step may be in flight.
 *
 * @param batches source of the sample texts
 */
export async function* select(
  trainer: Trainer,
  batches: Iterable<TrainingBatch>,
): AsyncGenerator<SelectionProgress, void> {
  const selection = defined(trainer.adapter.selection, "a selection");
  const { places, length } = layOutParameters(trainer.adapter);
  const before = await trainer.snapshot();
  let chosen = selection.choose(tensorsAt(places, before.parameters), null);
  if (!chosen) {
    let done = 0;
    for (const text of singleTexts(batches, trainer.textLength)) {
      if (done === selection.samples) break;
      await trainer.addImportance(text);
      done++;
      yield { type: "selection", done, total: selection.samples };
    }
    const { v } = await trainer.snapshot();
    chosen = selection.choose(tensorsAt(places, before.parameters), tensorsAt(places, v));
  }
  const { values, trains } = defined(chosen, "a choice");
  let training = 0;
  const masks = new Map<string, FrozenMask>();
  for (const { name, shape, offset } of places) {
    const data = defined(trains.get(name), `marks of ${name}`).map((trainable) => 1 - trainable);
    masks.set(name, { shape, data });
    before.parameters.set(defined(values.get(name), name).data, offset);
    data.forEach((frozen, i) => {
      training += 1 - frozen;
      if (frozen) before.m[offset + i] = before.v[offset + i] = 0;
    });
  }
  trainer.restore({ ...before, frozen: packFrozen(places, length, masks) });
  yield { type: "selected", training };
}

function tensorsAt(
  places: readonly ParameterRange[],
  flat: Float32Array<ArrayBuffer>,
): Map<string, HostTensor> {
  return new Map(
    places.map(({ name, shape, offset, count }) => [
      name,
      { shape, data: flat.slice(offset, offset + count) },
    ]),
  );
}
