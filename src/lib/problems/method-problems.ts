/* What can be wrong with a method's options. Facts name options as the method's reference does. */

/** Adapters that a method is to build on, by their names. */
interface NamedAdapter {
  readonly name: string;
}

/** Options that hold for any method with targets, LoRA and its kin included. */
interface TargetProblems {
  readonly "config/whole-numbers": { readonly option: string; readonly text: string };
  readonly "config/pattern": { readonly option: string; readonly pair: string };
  readonly "config/target-regex": { readonly text: string };
  /** layers_to_transform stands beside a regex. */
  readonly "config/layers-beside-regex": object;
  /** layers_pattern stands without layers_to_transform. */
  readonly "config/layers-pattern-alone": object;
  /** exclude_modules leaves nothing of what target_modules chooses; `modules` are the names that there are. */
  readonly "config/all-excluded": { readonly modules: readonly string[] };
  readonly "config/no-target": {
    /** Names, or a regex or "all-linear". */
    readonly targets: readonly string[] | string;
    readonly layers: readonly number[] | null;
    readonly modules: readonly string[];
  };
}

interface LoraProblems {
  readonly "config/module-names": { readonly text: string };
  readonly "config/no-module": { readonly name: string; readonly modules: readonly string[] };
  readonly "config/saved-and-targeted": { readonly module: string };
  readonly "config/start-rank": {
    readonly init: string;
    readonly module: string;
    readonly rank: number;
    readonly maxRank: number;
  };
  readonly "config/start-beside": { readonly init: string; readonly option: "use_dora" | "bias" };
  /** A module whose weight is stored transposed, as GPT-2's are. */
  readonly "config/olora-conv1d": { readonly module: string };
  readonly "config/lora-bias-beside-dora": object;
  readonly "config/lora-bias-start": object;
  readonly "config/lora-bias-without-bias": { readonly module: string };
  /** Embedding tables and the head cannot have it. */
  readonly "config/blocks-only": {
    readonly option: "use_dora" | "lora_bias" | "pissa" | "olora";
    readonly module: string;
  };
}

/** Methods that build on trained adapters. */
interface ComposedProblems {
  /** How many adapters an option takes, and how many are chosen. */
  readonly "config/adapter-count": {
    readonly option: string;
    readonly min: number;
    readonly max: number;
    readonly chosen: number;
  };
  readonly "config/not-language-adapter": NamedAdapter;
  readonly "config/not-bottleneck": NamedAdapter;
  /** `width` as its file states it. */
  readonly "config/adapter-width": NamedAdapter & { readonly width: string; readonly modelWidth: number };
  /** Two adapters stand at different places of a block. */
  readonly "config/adapter-places": { readonly first: string; readonly second: string };
  readonly "config/not-lora": NamedAdapter;
  readonly "config/expert-uses-dora": NamedAdapter;
  readonly "config/expert-trains-more": NamedAdapter & { readonly parameter: string };
  readonly "config/xlora-encoder": object;
  readonly "config/top-k": { readonly topK: number; readonly adapters: number };
  readonly "config/top-k-unset": object;
  readonly "config/pass-value-beside-top-k": object;
}

/** Options that a method cannot use, at all or on this model. */
export interface MethodProblems extends TargetProblems, LoraProblems, ComposedProblems {
  readonly "config/layer-count": { readonly layers: number; readonly modelLayers: number };
  readonly "config/nothing-trains": object;
  readonly "config/no-biases": { readonly family: string };
  readonly "config/feedforward-no-target": { readonly module: string };
  readonly "config/no-prompt-text": object;
  readonly "config/prompt-text-length": { readonly tokens: number; readonly virtualTokens: number };
  /** The text has no tokens under the model's tokenizer. */
  readonly "config/prompt-text-tokens": object;
  /** Nothing before the head could undo the invertible adapter: embeddings and blocks are not equally wide. */
  readonly "config/embedding-width": object;
  readonly "config/invertible-width": { readonly numbers: number; readonly factor: number };
  readonly "config/norm-after-sum": object;
  readonly "config/intrinsic-dimension": { readonly dimension: number; readonly layers: number };
}
