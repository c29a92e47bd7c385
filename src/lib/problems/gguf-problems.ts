/** What a GGUF file gives a number of. */
export type GgufCount =
  | { readonly things: "tensors" | "metadata-entries" | "text-bytes" }
  | { readonly things: "numbers-along" | "bytes-before"; readonly tensor: string }
  | { readonly things: "list-items"; readonly key: string };

/** What is wrong with the header of a GGUF file. */
export type GgufFault =
  | { readonly kind: "not-gguf" | "header-cut" }
  | { readonly kind: "version"; readonly version: number }
  /** A number that cannot be; it may be more than a JavaScript number holds. */
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

/** Why no tokenizer can be made of a GGUF file's metadata. */
export type GgufTokenizerFault =
  | { readonly kind: "none" | "no-tokens" | "lengths-differ" | "no-merges" }
  | { readonly kind: "unknown" | "unknown-splitting"; readonly name: string };

/** Models in GGUF files. */
export interface GgufProblems {
  readonly "format/gguf": { readonly file: string; readonly fault: GgufFault };
  readonly "model/no-gguf": object;
  /** One of several parts, of which not all were chosen. */
  readonly "model/gguf-parts": { readonly file: string; readonly count: number; readonly given: number };
  readonly "model/several-ggufs": { readonly given: number };
  readonly "model/gguf-architecture": {
    readonly file: string;
    readonly architecture: string;
    readonly known: readonly string[];
  };
  /** A file of adapters, or whatever else is no model. */
  readonly "model/gguf-kind": {
    readonly file: string;
    readonly kind: string;
    readonly known: readonly string[];
  };
  /** The divisors of the rotary frequencies came of other settings than Llama 3's. */
  readonly "model/gguf-rotary": object;
  readonly "model/gguf-tokenizer": { readonly fault: GgufTokenizerFault };
}
