import type { OtherKind } from "../model-kind";

/** What belongs at a key of config.json. */
export type ConfigExpectation =
  | { readonly kind: "whole-number"; readonly min: number }
  | { readonly kind: "number" | "boolean" | "object" | "bits" }
  | { readonly kind: "numbers"; readonly count: number }
  | { readonly kind: "one-of" | "list-of"; readonly words: readonly string[] };

/** Settings of config.json that change what a model computes and that the engine does not have. */
export type RefusedSetting =
  | "add_cross_attention"
  | "apply_residual_connection_post_layernorm"
  | "enable_bias"
  | "final_logit_softcapping"
  | "layer_norm_elementwise_affine"
  | "layer_types"
  | "per_layer_config"
  | "pruned_heads"
  | "scale_attn_by_inverse_layer_idx"
  | "scale_attn_weights"
  | "slow_but_exact"
  | "use_bidirectional_attention";

/** What a config.json describes and whether the weights go with it. */
export interface ModelsProblems {
  /** `modelType` is JSON, null where it is missing. */
  readonly "model/unknown-family": {
    readonly modelType: string | null;
    readonly kind: OtherKind | null;
    readonly known: readonly string[];
  };
  /** `found` is JSON, null where the key is missing. */
  readonly "model/config-value": {
    readonly key: string;
    readonly found: string | null;
    readonly expected: ConfigExpectation;
  };
  readonly "model/config-setting": { readonly setting: RefusedSetting };
  /** Query heads that cannot share the key-value heads, or an odd width. */
  readonly "model/heads": {
    readonly heads: number;
    readonly keyValueHeads: number;
    readonly headDim: number;
  };
  readonly "model/hidden-not-multiple": { readonly hiddenSize: number; readonly heads: number };
  readonly "model/layer-types": {
    readonly key: "layer_types" | "no_rope_layers";
    readonly named: number;
    readonly layers: number;
  };
  /** Layers are said to have a sliding window, and there is none. */
  readonly "model/no-window": object;
  readonly "model/rope-factor": { readonly factor: number };
  /** Only part of each head turns, in a kind of rotary positions that turns all of it. */
  readonly "model/rope-partial": { readonly factor: number; readonly kind: string };
  /** The rotary settings are given for each kind of layer, or with one of the kinds missing. */
  readonly "model/rope-by-layer": { readonly key: string };
  readonly "model/distance-buckets": { readonly buckets: number; readonly maxDistance: number };
  readonly "model/pad-token": { readonly id: number; readonly vocabularySize: number };
  /** A key of a GGUF file that may change what the model computes, and that the engine does not follow. */
  readonly "model/gguf-key": { readonly file: string; readonly key: string; readonly value: string };
  /** Tensors of a GGUF file that have no place in the model, or are there twice: the first few of `count`. */
  readonly "model/gguf-tensors": {
    readonly file: string;
    readonly names: readonly string[];
    readonly count: number;
  };
  /** A type that is not computed with, by its name or its number in the file. */
  readonly "model/gguf-type": {
    readonly file: string;
    readonly tensor: string;
    readonly type: string | number;
  };
  readonly "model/quantised-otherwise": { readonly method: string };
  readonly "model/no-tensor": { readonly name: string };
  /** Tensors that have no place in the model: the first few of `count`. */
  readonly "model/left-over-tensors": { readonly names: readonly string[]; readonly count: number };
  /** A second copy of the token embedding holds other numbers. */
  readonly "model/embeddings-differ": { readonly names: readonly [string, string] };
}
