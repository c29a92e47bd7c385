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

/** Seeded random numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Normal with mean 0 and variance 1. */
  normal(): number;
}

/** What a method may look up while it makes initial values. */
export interface InitContext {
  readonly random: Random;
  /** Rows of a base embedding (or the whole of a base vector), widened to f32. */
  baseRows(name: string, rows: readonly number[]): Promise<Float32Array<ArrayBuffer>>;
  baseVector(name: string): Promise<Float32Array<ArrayBuffer>>;
  /** Ids of a text under the model's tokenizer, special tokens included; only soft prompts ask. */
  tokenize(text: string): readonly number[];
  /** What the adapters that the method builds on were trained to, by the names of the parameters that it becomes. */
  readonly experts: ReadonlyMap<string, HostTensor>;
}

/** A trainable tensor: PEFT's parameter name without the adapter's own name, and how it starts. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Factor of the learning rate; 1 where it is not given. */
  readonly learningRateFactor?: number;
  /** True for what the method needs beside the trained tensors and never changes; graphs read it with `Graph.fixed`. */
  readonly fixed?: boolean;
  /** True where it starts as the base model's weights alone say, so that an adapter's files need not hold it. */
  readonly fromBase?: boolean;
  init(context: InitContext): Promise<Float32Array<ArrayBuffer>> | Float32Array<ArrayBuffer>;
}

/** What merging makes of a base tensor: in its stored shape, widened to f32, in and out. */
export type BaseChange = (base: HostTensor) => HostTensor;

/** A frozen adapter within another one, as it is exported: a folder of its own beside the adapter's files. */
export interface ExpertFolder {
  readonly folder: string;
  /** Its adapter_config.json without the base model's name. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly weightsFile?: string;
  /** Tensors of its file from its values under the names that it was trained by. */
  exportTensors(values: ReadonlyMap<string, HostTensor>): ReadonlyMap<string, HostTensor>;
}

/** What a method chose: the values of all parameters, and for each of them 1 where a number goes on training. */
export interface Choice {
  readonly values: ReadonlyMap<string, HostTensor>;
  readonly trains: ReadonlyMap<string, Uint8Array>;
}

/** How a method chooses, once in a run, which numbers of its parameters train; the others stay as they are from then on. */
export interface Selection {
  /** How many numbers it leaves to train, and the file to hold. */
  readonly kept: number;
  /** Share of the run's steps that come before it. */
  readonly after: number;
  /** Texts on which each number is weighed first; 0 where the values themselves decide. */
  readonly samples: number;
  /**
   * @param importance each number's squared gradients of the mean loss of a text, summed over the texts; null at first
   * @returns null to be asked again with the importance
   */
  choose(
    values: ReadonlyMap<string, HostTensor>,
    importance: ReadonlyMap<string, HostTensor> | null,
  ): Choice | null;
  /** Whether values that a run starts from were chosen before, so that it chooses before its first step; absent: none are. */
  isMade?(values: ReadonlyMap<string, HostTensor>): boolean;
}

/** A method with its options bound to one model: everything the engine and the exporter need of it. */
export interface Adapter {
  readonly parameters: readonly ParameterSpec[];
  /** Virtual tokens in front of the text (soft prompts), which take positions and rows of the hidden states. */
  readonly promptLength: number;
  /** Virtual keys in front of every layer's own, which take positions only. */
  readonly prefixLength: number;
  /** Looks at what only the model's tokenizer can tell. Errors name the field. */
  checkText?(tokenize: InitContext["tokenize"]): void;
  /** What the method does in a graph; called once for each graph. */
  readonly hooks: MakeHooks;
  /** Whether its hooks have a first pass, so that an answer needs two caches. */
  readonly hasFirstPass?: boolean;
  /**
   * Adds to the gradients, in the graph of the optimizer's step, those of a penalty on the parameters themselves; it
   * counts once a step, whatever the batch.
   */
  readonly penalty?: (graph: Graph) => void;
  /** Absent where all parameters train from the first step to the last. */
  readonly selection?: Selection;
  /** PEFT's adapter_config.json without the base model's name. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What the file of the tensors is called where it is not PEFT's adapter_model.safetensors. */
  readonly weightsFile?: string;
  /** Who reads the folder, where config and file do not tell. */
  readonly format?: FolderFormat;
  /** What the config is called where it is not adapter_config.json. */
  readonly configFile?: string;
  /** The frozen adapters that it builds on. */
  readonly experts?: readonly ExpertFolder[];
  /** Tensors of the adapter's file from the trained parameters; those of its experts are not among them. */
  exportTensors(parameters: ReadonlyMap<string, HostTensor>): ReadonlyMap<string, HostTensor>;
  /**
   * Trained parameters from the tensors of a file; missing encoder weights that PEFT does not save are reported as
   * null (the adapter can then chat but starts its encoder anew). `experts` are the tensors of its experts' files.
   */
  importTensors(
    tensors: ReadonlyMap<string, HostTensor>,
    experts?: readonly ReadonlyMap<string, HostTensor>[],
  ): ReadonlyMap<string, HostTensor>;
  /**
   * What the trained parameters make of the base model's tensors, by the names of those that change; a model so changed
   * answers as the base does with the adapter. Absent where no such tensors exist.
   */
  merge?(parameters: ReadonlyMap<string, HostTensor>): ReadonlyMap<string, BaseChange>;
  /**
   * True where the model ties its head to the embedding and the adapter changes one of them alone: a merged model then
   * has a head of its own, whose change is under its own name.
   */
  readonly unties?: boolean;
}

/** A training method: one file behind this seam. */
export interface Method {
  /** PEFT's `peft_type` of what the method writes; null where PEFT has no such method. */
  readonly peftType: string | null;
  /**
   * Whether the method goes on with an adapter of that adapter_config.json; asked of all methods before `peftType` is
   * compared, for where a type alone does not tell them apart.
   */
  reads?(config: Readonly<Record<string, unknown>>): boolean;
  /** The folders of the experts beside a file of that config, in their order; absent where a method builds on none. */
  expertFolders?(config: Readonly<Record<string, unknown>>): readonly string[];
  /**
   * Binds options to a model. Errors are "config/…" with the name of the field in `field`.
   *
   * @param experts the trained adapters that the method builds on
   */
  bind(options: FieldValues, model: ModelSpec, experts?: readonly Expert[]): Adapter;
  /** What it does with the keys of PEFT's configuration class; absent where PEFT has none. */
  readonly peftKeys?: PeftKeys;
  /** Keys of adapter_config.json that must say the same as the one that `bind` makes. */
  readonly modelFacts?: readonly string[];
  /** Options from an adapter_config.json. Errors: a setting the studio does not have. */
  readConfig(config: Readonly<Record<string, unknown>>): FieldValues;
}
