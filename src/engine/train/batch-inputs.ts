import { invariant } from "../../lib/invariant";
import type { ProgramInputs } from "../graph/program";
import { type ModelSpec, firstPosition, slidingWindows } from "../nn/model-spec";
import { keyStartName } from "../nn/attention";
import { pairInputs } from "./pair-inputs";
import {
  type BatchShape,
  isPairBatch,
  NO_INDEX,
  type PairBatch,
  type TrainingBatch,
  type VirtualLengths,
} from "./training-batch";

export { isPairBatch, NO_INDEX };
export type { BatchShape, PairBatch, TrainingBatch, VirtualLengths };

/** Number of supervised tokens that have a predecessor to be predicted from. */
export function countLabels(batch: TrainingBatch, { promptLength }: VirtualLengths): number {
  let count = 0;
  forEachLabel(batch, promptLength, () => count++);
  return count;
}

/** Number of pairs in a batch, and of supervised tokens in their chosen answers. */
export function countPairs(
  batch: PairBatch,
  virtual: VirtualLengths,
): { readonly pairs: number; readonly chosenTokens: number } {
  const tokens = rowLabels(batch, virtual.promptLength);
  const chosen = tokens.filter((_, row) => row % 2 === 0);
  return {
    pairs: chosen.filter((count) => count > 0).length,
    chosenTokens: chosen.reduce((sum, count) => sum + count, 0),
  };
}

/** Number of labels per row. */
function rowLabels(batch: TrainingBatch, promptLength: number): number[] {
  const counts = new Array<number>(batch.rows).fill(0);
  forEachLabel(batch, promptLength, (row) => (counts[row] = (counts[row] ?? 0) + 1));
  return counts;
}

/**
 * Whether texts of up to `length` tokens may be packed into a row. Virtual prompt tokens belong to one text; a prefix
 * must be equally far from the start of every text if attention depends on distance.
 */
export function canPack(
  spec: ModelSpec,
  { promptLength, prefixLength }: VirtualLengths,
  length: number,
): boolean {
  if (spec.encoder || promptLength > 0) return false;
  if (prefixLength === 0) return true;
  const hidesPrefix = slidingWindows(spec).some((window) => window < prefixLength + length);
  return !hidesPrefix && spec.positions.type !== "alibi";
}

/**
 * Converts a batch to program inputs: ids, positions, visible key ranges, and the hidden-state row that predicts each
 * supervised token. Rows begin with the virtual prompt tokens. Encoder-decoders use {@link pairInputs}.
 */
export function batchInputs(
  batch: TrainingBatch,
  shape: BatchShape,
  virtual: VirtualLengths,
  spec: ModelSpec,
): ProgramInputs {
  const { promptLength, prefixLength } = virtual;
  const { rows, length } = batch;
  invariant(rows === shape.rows && length === shape.length, "a batch has the shape of its program");
  if (spec.encoder) return pairInputs(batch, shape, virtual, spec.encoder);
  const total = promptLength + length;
  const positions = new Uint32Array(rows * total);
  const keyStart = new Uint32Array(rows * total);
  const keyEnd = new Uint32Array(rows * total);
  const first = prefixLength + firstPosition(spec);
  batch.segments.forEach((segments, row) => {
    invariant(
      segments.length <= 1 || canPack(spec, virtual, length),
      "virtual tokens go with one text a row",
    );
    for (const segment of segments) {
      const start = promptLength === 0 ? segment.start : 0;
      const end = promptLength + segment.start + segment.length;
      for (let i = start; i < end; i++) {
        positions[row * total + i] = first + i - start;
        keyStart[row * total + i] = prefixLength + start;
        keyEnd[row * total + i] = prefixLength + i + 1;
      }
    }
  });
  return {
    input_ids: batch.ids,
    positions,
    key_start: keyStart,
    key_end: keyEnd,
    ...windowInputs(keyStart, keyEnd, spec, prefixLength),
    ...labelInputs(batch, shape, promptLength),
    ...(isPairBatch(batch) ? answerInputs(batch, promptLength) : {}),
  };
}

/** Label range of each answer, and its log-probability under the reference. */
function answerInputs(batch: PairBatch, promptLength: number): ProgramInputs {
  const counts = rowLabels(batch, promptLength);
  let start = 0;
  const sequences = counts.flatMap((count, row) => {
    invariant(count > 0 === (counts[row ^ 1] ?? 0) > 0, "both answers of a pair have supervised tokens");
    const first = start;
    start += count;
    return [first, count];
  });
  return { sequences: Uint32Array.from(sequences), references: batch.references };
}

/** First visible key per sliding window; a window also slides past prefix keys. */
function windowInputs(
  keyStart: Uint32Array,
  keyEnd: Uint32Array,
  spec: ModelSpec,
  prefixLength: number,
): ProgramInputs {
  const starts = slidingWindows(spec).map((window) => {
    const start = keyStart.map((key, i) => Math.max(key - prefixLength, (keyEnd[i] ?? 0) - window));
    return [keyStartName(window), start] as const;
  });
  return Object.fromEntries(starts);
}

function labelInputs(batch: TrainingBatch, shape: BatchShape, promptLength: number): ProgramInputs {
  const labels = new Uint32Array(shape.labels).fill(NO_INDEX);
  const labelRows = new Uint32Array(shape.labels).fill(NO_INDEX);
  let count = 0;
  forEachLabel(batch, promptLength, (row, place) => {
    invariant(count < shape.labels, "a program has places for all supervised tokens");
    labels[count] = batch.ids[row * batch.length + place] ?? 0;
    labelRows[count] = row * (promptLength + batch.length) + promptLength + place - 1;
    count++;
  });
  return { labels, label_rows: labelRows };
}

/**
 * Visits each predictable supervised token. The first token of a text has a predecessor only with virtual prompt
 * tokens.
 */
function forEachLabel(
  batch: TrainingBatch,
  promptLength: number,
  visit: (row: number, place: number) => void,
): void {
  batch.segments.forEach((segments, row) => {
    for (const { start, length } of segments) {
      for (let place = promptLength > 0 ? start : start + 1; place < start + length; place++) {
        if (batch.supervised[row * batch.length + place]) visit(row, place);
      }
    }
  });
}
