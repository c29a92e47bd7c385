import type { OtherKind } from "../model-kind";

/** Quantities counted in a GGUF file. */
export type GgufCount =
  | { readonly things: "tensors" | "metadata-entries" | "text-bytes" }
  | { readonly things: "numbers-along" | "bytes-before"; readonly tensor: string }
  | { readonly things: "list-items"; readonly key: string };

/** Faults of a GGUF header. */
export type GgufFault =
  | { readonly kind: "not-gguf" | "header-cut" | "name-not-text" }
  | { readonly kind: "version"; readonly version: number }
  /** An impossible count, possibly beyond JavaScript's number range. */
  | { readonly kind: "count"; readonly of: GgufCount; readonly count: string }
  | { readonly kind: "key-twice"; readonly key: string }
  | { readonly kind: "value-type" | "item-type"; readonly key: string; readonly type: number }
  | { readonly kind: "alignment"; readonly alignment: string }
  | { readonly kind: "dimensions"; readonly tensor: string; readonly dimensions: number }
  | {
      readonly kind: "sizes";
      readonly tensor: string;
      readonly sizes: readonly number[];
      readonly dtype: string;
    }
  | { readonly kind: "tensor-twice" | "not-aligned" | "overlap"; readonly tensor: string }
  | {
      readonly kind: "cut";
      readonly fileBytes: number;
      readonly tensor: string;
      readonly endBytes: number;
    };

/** Why no tokenizer can be built from GGUF metadata. */
export type GgufTokenizerFault =
  | { readonly kind: "none" | "no-tokens" | "lengths-differ" | "no-merges" }
  | { readonly kind: "unknown" | "unknown-splitting"; readonly name: string };

/** Problems with models in GGUF files. */
export interface GgufProblems {
  readonly "format/gguf": { readonly file: string; readonly fault: GgufFault };
  readonly "model/no-gguf": object;
  /** Parts of a split file were not selected: the first few of them. */
  readonly "model/gguf-parts": {
    readonly file: string;
    readonly count: number;
    readonly missing: readonly string[];
  };
  readonly "model/several-ggufs": { readonly given: number };
  readonly "model/gguf-architecture": {
    readonly file: string;
    readonly architecture: string;
    readonly kind: OtherKind | null;
    readonly known: readonly string[];
  };
  /** An adapter file, or anything else that is not a model. */
  readonly "model/gguf-kind": {
    readonly file: string;
    readonly kind: string;
    readonly known: readonly string[];
  };
  /** The rotary frequency factors do not match Llama 3's scaling. */
  readonly "model/gguf-rotary": object;
  readonly "model/gguf-tokenizer": { readonly fault: GgufTokenizerFault };
}
