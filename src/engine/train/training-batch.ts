import type { PairLengths } from "../models/encoder-decoder";

/** Padding value of `label_rows` and `labels`. */
export const NO_INDEX = 0xffffffff;

/**
 * Marks a token in a pair of answers that is no part of its answer, but of the cross-entropy that the objective adds: ORPO
 * learns the chosen answer with its prompt.
 */
export const LIKELIHOOD_ONLY = 2;

/** A training batch. Arrays are row-major (rows, length). */
export interface TrainingBatch {
  readonly rows: number;
  readonly length: number;
  readonly ids: Uint32Array;
  /** 1 where the token is a prediction target; {@link LIKELIHOOD_ONLY} in pairs of answers. */
  readonly supervised: Uint8Array;
  /** Per row, the packed segments (which attend only within themselves) in order; the rest is padding. */
  readonly segments: readonly (readonly { readonly start: number; readonly length: number }[])[];
}

/**
 * A batch of pairs of answers: of rows 2 p and 2 p + 1, which share a prompt, the first is preferred. With `good`, the first
 * is labelled, and the second is another row's answer, which tells how far the model has moved. Rows without a text are
 * padding.
 */
export interface PairBatch extends TrainingBatch {
  /** Reference log-probability of each row's supervised tokens; zeros if the objective needs none. */
  readonly references: Float32Array<ArrayBuffer>;
  /** For labelled answers, 1 per pair whose first answer is good, 0 where it is bad; absent for preferences. */
  readonly good?: Uint32Array;
}

/** Virtual token counts of the adapter. */
export interface VirtualLengths {
  readonly promptLength: number;
  readonly prefixLength: number;
}

/** Shape of a training program: rows, tokens per row, and capacity for supervised tokens. */
export interface BatchShape {
  readonly rows: number;
  readonly length: number;
  readonly labels: number;
  /** For encoder-decoders, the encoder and decoder lengths; default: the whole row. */
  readonly pair?: PairLengths;
}

/** Whether the rows of a batch are pairs of answers. */
export function isPairBatch(batch: TrainingBatch): batch is PairBatch {
  return "references" in batch;
}
