import { defined } from "../../lib/invariant";
import { layOutParameters, type ParameterPlace } from "../adapters/adapter-state";
import type { HostTensor } from "../adapters/common/method";
import type { TrainingBatch } from "./batch-inputs";
import { STILL, type Trainer } from "./trainer";

/** How far a selection is, and at last how many numbers train. */
export type SelectionProgress =
  | { readonly type: "selection"; readonly done: number; readonly total: number }
  | { readonly type: "selected"; readonly training: number };

/** Whether a trainer's adapter chooses what trains right before the step of that number (from 0), not having chosen yet. */
export async function isSelectionDue(trainer: Trainer, step: number, totalSteps: number): Promise<boolean> {
  const { selection } = trainer.adapter;
  if (!selection || trainer.hasChosen) return false;
  if (step === Math.floor(selection.after * totalSteps)) return true;
  return step === 0 && selection.isMade !== undefined && selection.isMade(await trainer.parameters());
}

/** Each text that has something to learn, as a batch of its own. */
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
 * Makes an adapter's selection: weighs every number on texts where it asks for that, lets it choose, and marks the rest as
 * still. No step may be on its way.
 *
 * @param batches where texts are taken from, as many as it asks for
 */
export async function* select(
  trainer: Trainer,
  batches: Iterable<TrainingBatch>,
): AsyncGenerator<SelectionProgress, void> {
  const selection = defined(trainer.adapter.selection, "a selection");
  const { places } = layOutParameters(trainer.adapter);
  const before = await trainer.snapshot();
  let chosen = selection.choose(tensorsAt(places, before.parameters), null);
  if (!chosen) {
    let done = 0;
    for (const text of singleTexts(batches, trainer.textLength)) {
      if (done === selection.samples) break;
      await trainer.weigh(text);
      done++;
      yield { type: "selection", done, total: selection.samples };
    }
    const { v } = await trainer.snapshot();
    chosen = selection.choose(tensorsAt(places, before.parameters), tensorsAt(places, v));
  }
  const { values, trains } = defined(chosen, "a choice");
  let training = 0;
  for (const { name, offset, count } of places) {
    const marks = defined(trains.get(name), `marks of ${name}`);
    before.parameters.set(defined(values.get(name), name).data, offset);
    for (let i = 0; i < count; i++) {
      const trainsOn = marks[i] === 1;
      training += trainsOn ? 1 : 0;
      // Moments that an earlier run has left may mark as still what trains now.
      before.v[offset + i] = trainsOn ? Math.max(0, before.v[offset + i] ?? 0) : STILL;
      if (!trainsOn) before.m[offset + i] = 0;
    }
  }
  trainer.restore(before);
  yield { type: "selected", training };
}

function tensorsAt(
  places: readonly ParameterPlace[],
  flat: Float32Array<ArrayBuffer>,
): Map<string, HostTensor> {
  return new Map(
    places.map(({ name, shape, offset, count }) => [
      name,
      { shape, data: flat.slice(offset, offset + count) },
    ]),
  );
}
