import { invariant } from "../../lib/invariant";
import type { ProgramInputs } from "../graph/program";
import { type ModelSpec, firstPosition, slidingWindows } from "../nn/model-spec";
import { keyStartName } from "../nn/attention";
import { pairInputs } from "./pair-inputs";
import {
  type BatchShape,
  isPairBatch,
  LIKELIHOOD_ONLY,
  NO_INDEX,
  type PairBatch,
  type TrainingBatch,
  type VirtualLengths,
} from "./training-batch";

export { isPairBatch, LIKELIHOOD_ONLY, NO_INDEX };
export type { BatchShape, PairBatch, TrainingBatch, VirtualLengths };

/** Number of supervised tokens that have a predecessor to be predicted from. */
export function countLabels(batch: TrainingBatch, { promptLength }: VirtualLengths): number {
  let count = 0;
  forEachLabel(batch, promptLength, () => count++);
  return count;
}

/** Pairs of a batch, those of them whose first answer is labelled good, and the tokens of the chosen answers' likelihood. */
export interface PairCounts {
  readonly pairs: number;
  readonly good: number;
  readonly likelihoodTokens: number;
}

export function countPairs(batch: PairBatch, virtual: VirtualLengths): PairCounts {
  const chosen = rowLabels(batch, virtual.promptLength).filter((_, row) => row % 2 === 0);
  const present = chosen.map(({ answer }) => answer > 0);
  return {
    pairs: present.filter(Boolean).length,
    good: present.filter((isPresent, pair) => isPresent && batch.good?.[pair] === 1).length,
    likelihoodTokens: chosen.reduce((sum, { answer, context }) => sum + answer + context, 0),
  };
}

/** Labels of a row: those of its answer, and those that only the likelihood counts. */
interface RowLabels {
  readonly answer: number;
  readonly context: number;
}

function rowLabels(batch: TrainingBatch, promptLength: number): RowLabels[] {
  const counts = Array.from({ length: batch.rows }, () => ({ answer: 0, context: 0 }));
  forEachLabel(batch, promptLength, (row, place) => {
    const count = counts[row];
    if (count)
      count[batch.supervised[row * batch.length + place] === LIKELIHOOD_ONLY ? "context" : "answer"]++;
  });
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
  const answers = isPairBatch(batch) ? answerInputs(batch, promptLength) : {};
  if (spec.encoder) return { ...pairInputs(batch, shape, virtual, spec.encoder), ...answers };
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
    ...answers,
  };
}

/** Where the labels of each answer are, its log-probability under the reference, and what is labelled. */
function answerInputs(batch: PairBatch, promptLength: number): ProgramInputs {
  const counts = rowLabels(batch, promptLength);
  let start = 0;
  const sequences = counts.flatMap(({ answer, context }, row) => {
    const other = counts[row ^ 1]?.answer ?? 0;
    invariant(answer > 0 === other > 0, "both answers of a pair have supervised tokens");
    const first = start + context;
    start = first + answer;
    return [first, answer, context];
  });
  const { references, good } = batch;
  return { sequences: Uint32Array.from(sequences), references, ...(good && { good }) };
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
 * Visits each predictable supervised token, of a row those first that only the likelihood counts. The first token of a text
 * has a predecessor only with virtual prompt tokens.
 */
function forEachLabel(
  batch: TrainingBatch,
  promptLength: number,
  visit: (row: number, place: number) => void,
): void {
  const marks = isPairBatch(batch) ? [LIKELIHOOD_ONLY, 1] : [1];
  batch.segments.forEach((segments, row) => {
    for (const { start, length } of segments) {
      for (const mark of marks) {
        for (let place = promptLength > 0 ? start : start + 1; place < start + length; place++) {
          if (batch.supervised[row * batch.length + place] === mark) visit(row, place);
        }
      }
    }
  });
}
