import type { HubAddress } from "./hub";

/** A target module, by Hugging Face path. */
export interface ModuleInfo {
  readonly path: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** NF4 block sizes: elements per scale. */
export const NF4_BLOCK_SIZES = [64, 256] as const;
export type Nf4BlockSize = (typeof NF4_BLOCK_SIZES)[number];

/** Quantisation of a model's layers on loading; already quantised tensors are unchanged. */
export interface Quantization {
  /** QLoRA's 4-bit NormalFloat, with a scale per block. */
  readonly type: "nf4";
  /** Elements per scale: 256 needs less memory than 64 but is less accurate. */
  readonly blockSize: Nf4BlockSize;
  /** Whether the scales are quantised to 8 bits. */
  readonly doubleQuantization: boolean;
}

/** QLoRA's settings. */
export const QLORA: Quantization = { type: "nf4", blockSize: 64, doubleQuantization: true };

/** Origin of a downloaded model. */
export interface ModelOrigin extends HubAddress {
  readonly commit: string;
}

/** A selectable model: built in, downloaded, or from local files. */
export interface ModelCard {
  readonly id: string;
  readonly title: string;
  readonly source: "built-in" | "hub" | "files";
  readonly family: string;
  /** 0 if unknown, for files not loaded yet. */
  readonly parameters: number;
  readonly sizeBytes: number;
  readonly license: string;
  /** For models from a hub. */
  readonly origin?: ModelOrigin;
  /** When it was stored, in milliseconds since 1970. */
  readonly keptAt?: number;
}

/** transformers classes for decoder-only and encoder-decoder models. */
export type AutoModel = "AutoModelForCausalLM" | "AutoModelForSeq2SeqLM";

/** The loaded model. */
export interface ModelSummary extends ModelCard {
  /** Data types of the weights, e.g. "f16", "nf4". */
  readonly precision: readonly string[];
  /** Whether layers are quantised, in the file or on loading. */
  readonly quantised: "stored" | "loaded" | null;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly vocabularySize: number;
  readonly maxLength: number;
  readonly hasChatTemplate: boolean;
  /** transformers class that loads it. */
  readonly autoModel: AutoModel;
  /** Linear layers of the blocks. */
  readonly modules: readonly ModuleInfo[];
  /** Embedding tables and head as (rows, width), which LoRA can also target. */
  readonly ends: readonly ModuleInfo[];
  readonly gpuBytes: number;
  /** Ignored settings with values that are not trivially off. */
  readonly unread: {
    /** Keys of config.json that transformers does not read either. */
    readonly config: readonly string[];
    /** Entries of generation_config.json, values as JSON. */
    readonly generation: readonly { readonly key: string; readonly value: string }[];
  };
  /** Sampling settings of generation_config.json, by the names of the answer's form; null if it has none. */
  readonly ownSampling: Readonly<Record<string, number>> | null;
  /** Recommended training options for this model, by method id. */
  readonly defaults: Readonly<Record<string, Readonly<Record<string, number | string | boolean>>>>;
}
