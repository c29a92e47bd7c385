import type { OtherKind } from "../model-kind";

/** What a key of config.json should contain. */
export type ConfigExpectation =
  | { readonly kind: "whole-number"; readonly min: number }
  | { readonly kind: "number" | "boolean" | "object" | "bits" }
  | { readonly kind: "numbers"; readonly count: number }
  | { readonly kind: "one-of" | "list-of"; readonly words: readonly string[] };

/** Unsupported settings of config.json that change the computation. */
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

/** Problems with config.json, and with weights that do not match it. */
export interface ModelsProblems {
  /** `modelType` as JSON; null if missing. */
  readonly "model/unknown-family": {
    readonly modelType: string | null;
    readonly kind: OtherKind | null;
    readonly known: readonly string[];
  };
  /** `found` as JSON; null if missing. */
  readonly "model/config-value": {
    readonly key: string;
    readonly found: string | null;
    readonly expected: ConfigExpectation;
  };
  readonly "model/config-setting": { readonly setting: RefusedSetting };
  /** Query heads that are not divisible by key-value heads, or an odd head size. */
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
  /** Layers use a sliding window, but none is given. */
  readonly "model/no-window": object;
  readonly "model/rope-factor": { readonly factor: number };
  /** Partial rotary dimensions with a RoPE type that does not support them. */
  readonly "model/rope-partial": { readonly factor: number; readonly kind: string };
  /** RoPE settings that are given per layer type but should not be, or that lack a layer type. */
  readonly "model/rope-by-layer": { readonly key: string };
  readonly "model/distance-buckets": { readonly buckets: number; readonly maxDistance: number };
  readonly "model/pad-token": { readonly id: number; readonly vocabularySize: number };
  /** A GGUF key that may change the computation and is not supported. */
  readonly "model/gguf-key": { readonly file: string; readonly key: string; readonly value: string };
  /** GGUF tensors that the model does not use, or duplicates: the first few of `count`. */
  readonly "model/gguf-tensors": {
    readonly file: string;
    readonly names: readonly string[];
    readonly count: number;
  };
  /** An unsupported data type, by name or by its number in the file. */
  readonly "model/gguf-type": {
    readonly file: string;
    readonly tensor: string;
    readonly type: string | number;
  };
  readonly "model/quantised-otherwise": { readonly method: string };
  readonly "model/no-tensor": { readonly name: string };
  /** Tensors that the model does not use: the first few of `count`. */
  readonly "model/left-over-tensors": { readonly names: readonly string[]; readonly count: number };
  /** Two copies of the token embedding differ. */
  readonly "model/embeddings-differ": { readonly names: readonly [string, string] };
}
