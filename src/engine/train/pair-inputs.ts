import { invariant } from "../../lib/invariant";
import type { ProgramInputs } from "../graph/program";
import type { PairLengths } from "../models/encoder-decoder";
import type { EncoderSpec } from "../nn/model-spec";
import { CROSS_RANGE, ENCODER_RANGE, keyStartName } from "../nn/attention";
import { type BatchShape, NO_INDEX, type TrainingBatch, type VirtualLengths } from "./training-batch";

/** Encoder and decoder lengths of a batch shape; both default to the whole row. */
export function pairLengths({ length, pair }: BatchShape): PairLengths {
  return pair ?? { source: length, target: length };
}

/** A row split into the encoder's prompt and the answer, which starts at the first supervised token. */
interface Pair {
  readonly prompt: Uint32Array;
  readonly answer: Uint32Array;
  /** Supervision mask of the answer. */
  readonly learned: Uint8Array;
}

/**
 * Converts a batch to encoder-decoder inputs. The encoder reads each row's tokens before the first supervised one,
 * after the virtual tokens; the decoder predicts the rest, shifted right by the start token.
 */
export function pairInputs(
  batch: TrainingBatch,
  shape: BatchShape,
  { promptLength, prefixLength }: VirtualLengths,
  { startId }: EncoderSpec,
): ProgramInputs {
  const { rows } = batch;
  const { source, target } = pairLengths(shape);
  const encoded = promptLength + source;
  const ids = { encoder: new Uint32Array(rows * source), decoder: new Uint32Array(rows * target) };
  const keyEnd = {
    encoder: new Uint32Array(rows * encoded),
    cross: new Uint32Array(rows * target),
    decoder: new Uint32Array(rows * target),
  };
  const labels = new LabelList(shape.labels);
  pairsOf(batch).forEach((pair, row) => {
    if (!pair) return;
    const { prompt, answer, learned } = pair;
    invariant(
      prompt.length > 0 && prompt.length <= source && answer.length <= target,
      "a row's prompt and answer fit their program",
    );
    const end = promptLength + prompt.length;
    ids.encoder.set(prompt, row * source);
    keyEnd.encoder.fill(end, row * encoded, row * encoded + end);
    answer.forEach((id, i) => {
      const place = row * target + i;
      ids.decoder[place] = i === 0 ? startId : (answer[i - 1] ?? 0);
      keyEnd.decoder[place] = prefixLength + i + 1;
      keyEnd.cross[place] = end;
      if (learned[i]) labels.add(id, place);
    });
  });
  return {
    encoder_ids: ids.encoder,
    ...range(ENCODER_RANGE, keyEnd.encoder),
    input_ids: ids.decoder,
    ...range(CROSS_RANGE, keyEnd.cross),
    [keyStartName(null)]: new Uint32Array(rows * target).fill(prefixLength),
    key_end: keyEnd.decoder,
    labels: labels.ids,
    label_rows: labels.rows,
  };
}

/** Each query sees the keys from the first up to its own end. */
function range([start, end]: readonly [string, string], keyEnd: Uint32Array): ProgramInputs {
  return { [start]: new Uint32Array(keyEnd.length), [end]: keyEnd };
}

/** Splits each row; null if empty. */
function pairsOf({ ids, supervised, segments, length }: TrainingBatch): (Pair | null)[] {
  return segments.map((texts, row) => {
    invariant(texts.length <= 1, "an encoder reads one text a row");
    const [text] = texts;
    if (!text) return null;
    const first = row * length + text.start;
    const rowIds = ids.subarray(first, first + text.length);
    const learned = supervised.subarray(first, first + text.length);
    const found = learned.indexOf(1);
    const cut = found < 0 ? rowIds.length : found;
    return { prompt: rowIds.subarray(0, cut), answer: rowIds.subarray(cut), learned: learned.subarray(cut) };
  });
}

/** Labels and the hidden-state rows that predict them, padded with NO_INDEX. */
class LabelList {
  readonly ids: Uint32Array;
  readonly rows: Uint32Array;
  #count = 0;

  constructor(places: number) {
    this.ids = new Uint32Array(places).fill(NO_INDEX);
    this.rows = new Uint32Array(places).fill(NO_INDEX);
  }

  add(id: number, row: number): void {
    invariant(this.#count < this.ids.length, "a program has places for all supervised tokens");
    this.ids[this.#count] = id;
    this.rows[this.#count] = row;
    this.#count++;
  }
}
