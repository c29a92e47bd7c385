import type { ProgramInputs } from "../graph/program";
import { type ModelSpec, firstPosition, slidingWindows } from "../nn/model-spec";
import { CROSS_RANGE, ENCODER_RANGE, keyStartName } from "../nn/attention";

/** Out-of-range cache slot: keys and values of padding are not written. */
const NO_SLOT = 0xffffffff;

/** Inference has no dropout, but an adapter's graph may read the step scalars. */
const STEP = new Uint32Array(8);

/**
 * Inputs of a pass over positions `start` … `start + count`; ids beyond `count` are padding.
 *
 * @param encoded number of encoded tokens, virtual ones included
 */
export function passInputs(
  spec: ModelSpec,
  ids: Uint32Array,
  start: number,
  count: number,
  encoded: number,
): ProgramInputs {
  const places = Uint32Array.from(ids, (_, i) => (i < count ? start + i : 0));
  const keyEnd = places.map((place, i) => (i < count ? place + 1 : 0));
  const windows = slidingWindows(spec).map((window) => [
    keyStartName(window),
    keyEnd.map((end) => Math.max(0, end - window)),
  ]);
  return {
    input_ids: ids,
    positions: places.map((place) => place + firstPosition(spec)),
    slots: places.map((place, i) => (i < count ? place : NO_SLOT)),
    key_start: new Uint32Array(ids.length),
    ...(Object.fromEntries(windows) as Record<string, Uint32Array>),
    key_end: keyEnd,
    last_row: Uint32Array.of(Math.max(0, count - 1)),
    ...(spec.encoder && crossInputs(ids.length, encoded)),
    step: STEP,
  };
}

/** Every decoder query attends to all encoded tokens. */
function crossInputs(length: number, encoded: number): ProgramInputs {
  return {
    [CROSS_RANGE[0]]: new Uint32Array(length),
    [CROSS_RANGE[1]]: new Uint32Array(length).fill(encoded),
  };
}

/** Inputs of an encoder pass over a prompt after `front` virtual tokens, padded to `length` tokens. */
export function encodeInputs(prompt: readonly number[], length: number, front: number): ProgramInputs {
  const ids = new Uint32Array(length);
  ids.set(prompt);
  const end = front + prompt.length;
  return {
    encoder_ids: ids,
    [ENCODER_RANGE[0]]: new Uint32Array(front + length),
    [ENCODER_RANGE[1]]: new Uint32Array(front + length).fill(end),
    slots: Uint32Array.from({ length: front + length }, (_, place) => (place < end ? place : NO_SLOT)),
    step: STEP,
  };
}
