/* Faults of a method's options. Facts use the option names of the method's reference implementation. */

/** An adapter that a method builds on, by name. */
interface NamedAdapter {
  readonly name: string;
}

/** Problems with target options, shared by LoRA-like methods. */
interface TargetProblems {
  readonly "config/whole-numbers": { readonly option: string; readonly text: string };
  readonly "config/pattern": { readonly option: string; readonly pair: string };
  readonly "config/target-regex": { readonly text: string };
  /** layers_to_transform cannot be combined with a regex. */
  readonly "config/layers-beside-regex": object;
  /** layers_pattern is set without layers_to_transform. */
  readonly "config/layers-pattern-alone": object;
  /** exclude_modules excludes everything that target_modules selects; `modules` are the available names. */
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
  /** A module whose weight is stored transposed, as in GPT-2. */
  readonly "config/olora-conv1d": { readonly module: string };
  readonly "config/lora-bias-beside-dora": object;
  readonly "config/lora-bias-start": object;
  readonly "config/lora-bias-without-bias": { readonly module: string };
  /** The option does not apply to embedding tables or the head. */
  readonly "config/blocks-only": {
    readonly option: "use_dora" | "lora_bias" | "pissa" | "olora";
    readonly module: string;
  };
}

/** Problems with methods that build on trained adapters. */
interface ComposedProblems {
  /** The number of selected adapters is outside the option's limits. */
  readonly "config/adapter-count": {
    readonly option: string;
    readonly min: number;
    readonly max: number;
    readonly chosen: number;
  };
  readonly "config/not-language-adapter": NamedAdapter;
  readonly "config/not-bottleneck": NamedAdapter;
  /** `width` as stated in its file. */
  readonly "config/adapter-width": NamedAdapter & { readonly width: string; readonly modelWidth: number };
  /** Two adapters hook into different places in a block. */
  readonly "config/adapter-places": { readonly first: string; readonly second: string };
  readonly "config/not-lora": NamedAdapter;
  readonly "config/expert-uses-dora": NamedAdapter;
  readonly "config/expert-trains-more": NamedAdapter & { readonly parameter: string };
  readonly "config/xlora-encoder": object;
  readonly "config/top-k": { readonly topK: number; readonly adapters: number };
  readonly "config/top-k-unset": object;
  readonly "config/pass-value-beside-top-k": object;
}

/** Problems with a method's options, in general or on this model. */
export interface MethodProblems extends TargetProblems, LoraProblems, ComposedProblems {
  readonly "config/layer-count": { readonly layers: number; readonly modelLayers: number };
  readonly "config/nothing-trains": object;
  readonly "config/no-biases": { readonly family: string };
  readonly "config/feedforward-no-target": { readonly module: string };
  readonly "config/no-prompt-text": object;
  readonly "config/prompt-text-length": { readonly tokens: number; readonly virtualTokens: number };
  /** The prompt text tokenizes to nothing. */
  readonly "config/prompt-text-tokens": object;
  /** The invertible adapter cannot be inverted before the head: embeddings and blocks differ in width. */
  readonly "config/embedding-width": object;
  readonly "config/invertible-width": { readonly numbers: number; readonly factor: number };
  readonly "config/norm-after-sum": object;
  readonly "config/intrinsic-dimension": { readonly dimension: number; readonly layers: number };
}
