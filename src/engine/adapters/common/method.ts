import type { FieldValues } from "../../../shared/fields";
import type { FolderFormat } from "../../../shared/folder-format";
import type { Expert } from "../../../shared/methods";
import type { PeftKeys } from "./peft-config";
import type { Graph } from "../../graph/graph";
import type { ModelSpec } from "../../nn/model-spec";
import type { MakeHooks } from "../../nn/hooks";

/** A tensor on the host: f32, row-major. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Seeded random number generator. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** Inputs available to parameter initialisation. */
export interface InitContext {
  readonly random: Random;
  /** Rows of a base embedding, or all of a base vector, converted to f32. */
  baseRows(name: string, rows: readonly number[]): Promise<Float32Array<ArrayBuffer>>;
  baseVector(name: string): Promise<Float32Array<ArrayBuffer>>;
  /** Tokenizes a text, special tokens included; used by soft prompts only. */
  tokenize(text: string): readonly number[];
  /** Trained tensors of the adapters this one builds on, by parameter name. */
  readonly experts: ReadonlyMap<string, HostTensor>;
}

/** A trainable tensor: its name in PEFT (without the adapter name) and its initial value. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Learning rate multiplier; default 1. */
  readonly learningRateFactor?: number;
  /** True for constants: saved with the adapter but never trained. Graphs read them with `Graph.fixed`. */
  readonly fixed?: boolean;
  /** True if the initial value follows from the base weights alone, so that adapter files need not hold it. */
  readonly fromBase?: boolean;
  init(context: InitContext): Promise<Float32Array<ArrayBuffer>> | Float32Array<ArrayBuffer>;
}

/** Transforms a base tensor when merging. Stored shape, converted to f32, in and out. */
export type BaseChange = (base: HostTensor) => HostTensor;

/** Export of a frozen adapter that another one builds on: a folder next to the adapter's files. */
export interface ExpertFolder {
  readonly folder: string;
  /** adapter_config.json without the base model's name. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly weightsFile?: string;
  /** Tensors of its file, from values under its original parameter names. */
  exportTensors(values: ReadonlyMap<string, HostTensor>): ReadonlyMap<string, HostTensor>;
}

/** Result of a selection: all parameter values, and a mask with 1 for each element that trains on. */
export interface Choice {
  readonly values: ReadonlyMap<string, HostTensor>;
  readonly trains: ReadonlyMap<string, Uint8Array>;
}

/** Selects, once per run, which elements of the parameters train; the others are frozen from then on. */
export interface Selection {
  /** Number of elements left to train and to save. */
  readonly kept: number;
  /** Fraction of the steps before the selection. */
  readonly after: number;
  /** Number of texts used to estimate importance; 0 if the values alone decide. */
  readonly samples: number;
  /**
   * @param importance squared gradients of each text's mean loss, summed over the texts; null on the first call
   * @returns null to be called again with the importance
   */
  choose(
    values: ReadonlyMap<string, HostTensor>,
    importance: ReadonlyMap<string, HostTensor> | null,
  ): Choice | null;
  /**
   * Whether initial values already come from a selection, so that it is repeated before the first step. Default: no.
   */
  isMade?(values: ReadonlyMap<string, HostTensor>): boolean;
}

/** A method with options, bound to a model: all that the engine and the exporters need. */
export interface Adapter {
  readonly parameters: readonly ParameterSpec[];
  /** Virtual tokens before the text (soft prompts); they take up positions and hidden-state rows. */
  readonly promptLength: number;
  /** Virtual keys before each layer's own; they take up positions only. */
  readonly prefixLength: number;
  /** Checks that need the tokenizer. Errors name the field. */
  checkText?(tokenize: InitContext["tokenize"]): void;
  /** Creates the hooks of one graph. */
  readonly hooks: MakeHooks;
  /** Whether the hooks have a first pass, so that generation needs a second KV cache. */
  readonly hasFirstPass?: boolean;
  /**
   * Adds the gradient of a regularisation term on the parameters, once per optimizer step, independent of the batch.
   */
  readonly penalty?: (graph: Graph) => void;
  /** Absent if all parameters train throughout. */
  readonly selection?: Selection;
  /** PEFT's adapter_config.json without the base model's name. */
  readonly config: Readonly<Record<string, unknown>>;
  /** File name of the tensors; default adapter_model.safetensors. */
  readonly weightsFile?: string;
  /** Software that loads the folder, if config and file do not determine it. */
  readonly format?: FolderFormat;
  /** File name of the config; default adapter_config.json. */
  readonly configFile?: string;
  /** Frozen adapters it builds on. */
  readonly experts?: readonly ExpertFolder[];
  /** Converts parameters to the tensors of the adapter's file, without those of its experts. */
  exportTensors(parameters: ReadonlyMap<string, HostTensor>): ReadonlyMap<string, HostTensor>;
  /** Converts the tensors of a file to parameters. `experts` holds the tensors of each expert's file. */
  importTensors(
    tensors: ReadonlyMap<string, HostTensor>,
    experts?: readonly ReadonlyMap<string, HostTensor>[],
  ): ReadonlyMap<string, HostTensor>;
  /**
   * Updates to base tensors, by name, that make the base model equivalent to base plus adapter. Absent if the method
   * cannot be merged.
   */
  merge?(parameters: ReadonlyMap<string, HostTensor>): ReadonlyMap<string, BaseChange>;
  /**
   * True if the head is tied to the embedding and the adapter changes only one of them: the merged model gets a
   * separate head tensor.
   */
  readonly untiesHead?: boolean;
}

/** A training method. */
export interface Method {
  /** PEFT's `peft_type` for the exported config; null for methods that PEFT does not have. */
  readonly peftType: string | null;
  /**
   * Whether the method loads an adapter_config.json. Asked of all methods before `peftType` is compared, as a type
   * alone can be ambiguous.
   */
  reads?(config: Readonly<Record<string, unknown>>): boolean;
  /** Expert folders that a config refers to, in order; absent for methods without experts. */
  expertFolders?(config: Readonly<Record<string, unknown>>): readonly string[];
  /**
   * Binds options to a model. Errors are "config/…" with the field's name in `field`.
   *
   * @param experts trained adapters that the method builds on
   */
  bind(options: FieldValues, model: ModelSpec, experts?: readonly Expert[]): Adapter;
  /** How PEFT's configuration keys are treated; absent for methods that PEFT does not have. */
  readonly peftKeys?: PeftKeys;
  /** Config keys whose values must equal those that `bind` produces. */
  readonly modelFacts?: readonly string[];
  /** Options from an adapter_config.json. Errors: an unsupported setting. */
  readConfig(config: Readonly<Record<string, unknown>>): FieldValues;
}
