import type { HubAddress } from "./hub";

/** A module that a method may target, by its Hugging Face path. */
export interface ModuleInfo {
  readonly path: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** How many numbers of NF4 may share a scale. */
export const NF4_BLOCK_SIZES = [64, 256] as const;
export type Nf4BlockSize = (typeof NF4_BLOCK_SIZES)[number];

/** How the matrices of a model's layers are made smaller while it loads; what is quantised already stays as it is. */
export interface Quantization {
  /** QLoRA's four bits a number, in blocks that share a scale. */
  readonly type: "nf4";
  /** Numbers of a block: 256 take less room than 64 and are less exact. */
  readonly blockSize: Nf4BlockSize;
  /** Whether the scales are kept in eight bits too. */
  readonly doubleQuantization: boolean;
}

/** As QLoRA's authors quantise. */
export const QLORA: Quantization = { type: "nf4", blockSize: 64, doubleQuantization: true };

/** Where a downloaded model came from. */
export interface ModelOrigin extends HubAddress {
  readonly commit: string;
}

/** A model that can be chosen: built in, or kept here from a hub or from files of the person's own. */
export interface ModelCard {
  readonly id: string;
  readonly title: string;
  readonly source: "built-in" | "hub" | "files";
  readonly family: string;
  /** 0 while unknown: a file that has not been loaded yet may not tell. */
  readonly parameters: number;
  readonly sizeBytes: number;
  readonly license: string;
  /** Of a model from a hub. */
  readonly origin?: ModelOrigin;
  /** Of a kept model: when it was kept, in milliseconds since 1970. */
  readonly keptAt?: number;
}

/** The classes of transformers for language models: a decoder alone, and one with an encoder. */
export type AutoModel = "AutoModelForCausalLM" | "AutoModelForSeq2SeqLM";

/** What the page shows of the model that is loaded. */
export interface ModelSummary extends ModelCard {
  /** How the weights are stored: "f16", "nf4". */
  readonly precision: readonly string[];
  /** Whether layers are quantised: in their file, or while they loaded. */
  readonly quantised: "stored" | "loaded" | null;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly vocabularySize: number;
  readonly maxLength: number;
  readonly hasChatTemplate: boolean;
  /** The class of transformers that loads it. */
  readonly autoModel: AutoModel;
  /** The linear layers of its blocks. */
  readonly modules: readonly ModuleInfo[];
  /** The embedding tables and the head, as (rows, width): what LoRA may target beside them. */
  readonly ends: readonly ModuleInfo[];
  readonly gpuBytes: number;
  /** What its files say that nothing here follows, and that is not plainly off. */
  readonly unread: {
    /** Keys of config.json, which transformers does not read either. */
    readonly config: readonly string[];
    /** Entries of generation_config.json, values as JSON. */
    readonly generation: readonly { readonly key: string; readonly value: string }[];
  };
  /** Training values that suit this model better than the general ones, by method id. */
  readonly defaults: Readonly<Record<string, Readonly<Record<string, number | string | boolean>>>>;
}
