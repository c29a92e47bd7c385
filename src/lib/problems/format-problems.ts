/** Why an archive cannot be unpacked. */
export type ZipFault =
  | { readonly kind: "damaged" }
  | { readonly kind: "unsafe-name" | "name-twice"; readonly name: string }
  | { readonly kind: "too-many-files"; readonly most: number }
  | { readonly kind: "too-large"; readonly mostBytes: number };

/** Faults of a tensor entry in a safetensors header. */
export type TensorEntryFault =
  | { readonly kind: "not-object" | "shape" | "offsets" }
  /** As JSON; null if missing. */
  | { readonly kind: "dtype"; readonly dtype: string | null }
  | {
      readonly kind: "size";
      readonly dtype: string;
      readonly shape: readonly number[];
      readonly sizeBytes: number;
      readonly givenBytes: number;
    };

/** Faults of a safetensors file. */
export type SafetensorsFault =
  | {
      readonly kind:
        "too-short" | "header-damaged" | "header-not-object" | "metadata-not-object" | "bytes-behind";
    }
  | { readonly kind: "header-size"; readonly headerBytes: number }
  | { readonly kind: "name-twice"; readonly name: string }
  | { readonly kind: "metadata-not-text"; readonly key: string }
  | { readonly kind: "tensor"; readonly tensor: string; readonly fault: TensorEntryFault }
  | { readonly kind: "cut"; readonly fileBytes: number; readonly announcedBytes: number }
  | { readonly kind: "overlap" | "gap-before"; readonly tensor: string };

/** Size and dtype of a tensor. */
interface TensorBytes {
  readonly bytes: number;
  readonly dtype: string;
}

/** Faults of a matrix quantised to NF4 by bitsandbytes. */
export type Nf4Fault =
  | { readonly kind: "part-missing"; readonly part: string }
  | {
      readonly kind: "wrong-size";
      readonly tensor: string;
      readonly asked: TensorBytes;
      readonly found: TensorBytes;
    }
  /** A lookup table other than NF4's. */
  | { readonly kind: "own-table"; readonly tensor: string };

/** Problems with files, and with folders of models and adapters. */
export interface FormatProblems {
  /** The file was moved or changed after it was selected. */
  readonly "file/gone": { readonly name: string };
  readonly "file/not-served": { readonly name: string; readonly status: number };
  readonly "file/connection-lost": { readonly name: string };
  readonly "file/too-large-for-zip": { readonly totalBytes: number };
  readonly "format/zip": { readonly file: string; readonly fault: ZipFault };
  readonly "format/safetensors": { readonly file: string; readonly fault: SafetensorsFault };
  readonly "format/lfs-pointer": { readonly file: string };
  readonly "format/nf4": { readonly matrix: string; readonly fault: Nf4Fault };
  readonly "format/tensor-twice": {
    readonly tensor: string;
    readonly first: string;
    readonly second: string;
  };
  /** An index lists a tensor that is missing from its file. */
  readonly "format/index": { readonly index: string; readonly file: string; readonly tensor: string };
  readonly "model/file-twice": { readonly file: string };
  readonly "model/several": { readonly first: string; readonly second: string };
  readonly "model/is-adapter": object;
  readonly "model/no-config": object;
  /** `instead` is a file in an older format, if there is one. */
  readonly "model/no-tokenizer": { readonly instead: string | null };
  readonly "model/no-weights": object;
  readonly "model/other-weights": { readonly file: string; readonly isPyTorch: boolean };
  readonly "model/shard-missing": { readonly file: string };
  readonly "adapter/no-config": { readonly config: string; readonly weights: string };
  readonly "adapter/no-weights": { readonly config: string; readonly weights: string };
  readonly "adapter/several": { readonly first: string; readonly second: string };
  /** Weights in a format that can execute code; `library` is the one that wrote them. */
  readonly "adapter/pickled": { readonly file: string; readonly library: "peft" | "adapters" };
  readonly "adapter/dtype": { readonly file: string; readonly tensor: string; readonly dtype: string };
}
