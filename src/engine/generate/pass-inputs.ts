import type { ProgramInputs } from "../graph/program";
import { type ModelSpec, firstPosition, slidingWindows } from "../nn/model-spec";
import { CROSS_RANGE, ENCODER_RANGE, keyStartName } from "../nn/attention";

/** Out-of-range cache slot: keys and values of padding are not written. */
const NO_SLOT = 0xffffffff;

/** Inference has no dropout, but an adapter's graph may read the step scalars. */
const STEP = new Uint32Array(8);

/** A token of a pass. */
export interface PassToken {
  readonly id: number;
  /** Position in its sequence, virtual tokens included. */
  readonly place: number;
  /** First cache slot of its sequence. */
  readonly base: number;
  /** Encoded tokens of its sequence, virtual ones included. */
  readonly encoded: number;
}

/**
 * Inputs of a pass of `size` tokens; those beyond `tokens` are padding.
 * @param logitRows indices of the tokens whose logits are kept
 */
export function passInputs(
  spec: ModelSpec,
  tokens: readonly PassToken[],
  size: number,
  logitRows: Uint32Array,
): ProgramInputs {
  const fill = (padding: number, value: (token: PassToken) => number): Uint32Array => {
    const values = new Uint32Array(size).fill(padding);
    tokens.forEach((token, index) => (values[index] = value(token)));
    return values;
  };
  const windows = slidingWindows(spec).map((window) => [
    keyStartName(window),
    fill(0, ({ base, place }) => base + Math.max(0, place + 1 - window)),
  ]);
  return {
    input_ids: fill(0, ({ id }) => id),
    positions: fill(firstPosition(spec), ({ place }) => place + firstPosition(spec)),
    slots: fill(NO_SLOT, ({ base, place }) => base + place),
    key_start: fill(0, ({ base }) => base),
    ...(Object.fromEntries(windows) as Record<string, Uint32Array>),
    key_end: fill(0, ({ base, place }) => base + place + 1),
    logit_rows: logitRows,
    ...(spec.encoder && {
      [CROSS_RANGE[0]]: fill(0, ({ base }) => base),
      [CROSS_RANGE[1]]: fill(0, ({ base, encoded }) => base + encoded),
    }),
    step: STEP,
  };
}

/**
 * Inputs of an encoder pass over a prompt after `front` virtual tokens, padded to `length` tokens.
 *
 * @param base first cache slot of the sequence
 */
export function encodeInputs(
  prompt: readonly number[],
  length: number,
  front: number,
  base = 0,
): ProgramInputs {
  const ids = new Uint32Array(length);
  ids.set(prompt);
  const end = front + prompt.length;
  return {
    encoder_ids: ids,
    [ENCODER_RANGE[0]]: new Uint32Array(front + length),
    [ENCODER_RANGE[1]]: new Uint32Array(front + length).fill(end),
    slots: Uint32Array.from({ length: front + length }, (_, place) => (place < end ? base + place : NO_SLOT)),
    step: STEP,
  };
}
