import type { PairLengths } from "../models/encoder-decoder";

/** Padding in `label_rows` and `labels`: no row, no label. */
export const NO_INDEX = 0xffffffff;

/** Sequences as the engine trains on them. All arrays are row-major (rows, length). */
export interface TrainingBatch {
  readonly rows: number;
  readonly length: number;
  readonly ids: Uint32Array;
  /** 1 where the token at that place is to be predicted. */
  readonly supervised: Uint8Array;
  /** For each row, the stretches of tokens that see only each other, in order; what lies outside is padding. */
  readonly segments: readonly (readonly { readonly start: number; readonly length: number }[])[];
}

/** Virtual tokens of the adapter that takes part. */
export interface VirtualLengths {
  readonly promptLength: number;
  readonly prefixLength: number;
}

/** The size of a training program: token rows and columns, and places for supervised tokens. */
export interface BatchShape {
  readonly rows: number;
  readonly length: number;
  readonly labels: number;
  /** For encoder-decoders, how many of a row's tokens the encoder reads at most, and how many the decoder; absent: all. */
  readonly pair?: PairLengths;
}
