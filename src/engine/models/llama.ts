import { LuthierError } from "../../lib/errors";
import type { AttentionSpec, BlockSpec, LinearSpec, MlpSpec, ModelSpec, NormSpec } from "../nn/model-spec";
import { gatedActivations, gatedNames } from "./config/activations";
import { defineFamily } from "./config/family";
import { choice, flag, number, size, sizeOrNull, tokenId, type Values } from "./config/fields";
import { evenHeadDim, groupedHeads, type HeadSizes, layerTypes, linear, paddingRow, rmsNorm } from "./layers";
import { readRope, ropeFields, ropeReach, type RopeTraits } from "./rope-config";

/** Differences between llama-like families. */
export interface LlamaTraits {
  /** (IA)³'s target layer besides v_proj and down_proj; default k_proj. */
  readonly ia3Projection?: "q_proj";
  /** Layers with biases. */
  readonly biases: { readonly qkv: boolean; readonly o: boolean; readonly mlp: boolean };
  /** Query and key norms per head (Qwen3). */
  readonly headNorms?: boolean;
  /** Norms of the whole query and key projections (OLMo 2). */
  readonly projectionNorms?: boolean;
  /** Whether norms follow the sub-layers instead of preceding them (OLMo 2). */
  readonly normsOutputs?: boolean;
  /** Whether q, k and v are one fused layer, and gate and up another (Phi-3). */
  readonly isFused?: boolean;
  readonly rope?: RopeTraits;
  /** Whether each layer has positions; absent: all do. */
  readonly turns?: readonly boolean[];
  /** Sliding window per layer, undefined for full attention; absent: full attention everywhere. */
  readonly windows?: readonly (number | undefined)[];
}

/** Keys common to llama-like configs, with Llama's defaults. */
export const llamaFields = {
  ...ropeFields,
  vocab_size: size(32000),
  hidden_size: size(4096),
  intermediate_size: size(11008),
  num_hidden_layers: size(32),
  num_attention_heads: size(32),
  num_key_value_heads: sizeOrNull(null),
  head_dim: sizeOrNull(null),
  hidden_act: choice(gatedNames, "silu"),
  max_position_embeddings: size(2048),
  rms_norm_eps: number(1e-6),
  tie_word_embeddings: flag(false),
  pad_token_id: tokenId(null),
};

/** Values of {@link llamaFields}. */
export type LlamaValues = Values<typeof llamaFields>;

/** Llama 2 and 3, SmolLM2, TinyLlama (transformers `LlamaForCausalLM`). */
export const llama = defineFamily({
  className: "LlamaConfig",
  used: { ...llamaFields, attention_bias: flag(false), mlp_bias: flag(false), layer_types: layerTypes },
  describe(values) {
    evenHeadDim(values.hidden_size, values.num_attention_heads);
    // transformers builds a sliding-window cache for such layers, but computes full attention.
    if (values.layer_types?.includes("sliding_attention"))
      throw new LuthierError({ code: "model/config-setting", setting: "layer_types" });
    const { attention_bias: attention, mlp_bias: mlp } = values;
    return llamaLike("llama", values, { biases: { qkv: attention, o: attention, mlp } });
  },
});

/** The common architecture of llama-like models: RMS norm, rotary embedding, gated feed-forward layers. */
export function llamaLike(family: string, values: LlamaValues, traits: LlamaTraits): ModelSpec {
  const { hidden_size: hiddenSize, vocab_size: vocabularySize, num_attention_heads: heads } = values;
  const headDim = values.head_dim ?? Math.floor(hiddenSize / heads);
  const sizes = groupedHeads(heads, values.num_key_value_heads ?? heads, headDim);
  const layer = layerMaker(values, sizes, traits);
  const rope = readRope(values, headDim, traits.rope);
  return {
    family,
    vocabularySize,
    hiddenSize,
    ...sizes,
    maxPositions: ropeReach(values.max_position_embeddings, rope),
    embedTokens: "model.embed_tokens",
    embeddingSize: hiddenSize,
    ...paddingRow(values.pad_token_id, vocabularySize),
    positions: { type: "rope", tables: [rope] },
    blocks: Array.from({ length: values.num_hidden_layers }, (_, index) => layer(index)),
    finalNorm: rmsNorm("model.norm", hiddenSize, values.rms_norm_eps),
    head: { path: "lm_head", tied: values.tie_word_embeddings },
    prefix: "model.",
    loraTargets: traits.isFused ? ["qkv_proj"] : ["q_proj", "v_proj"],
    ia3Targets: {
      targets: traits.isFused
        ? ["qkv_proj", "down_proj"]
        : [traits.ia3Projection ?? "k_proj", "v_proj", "down_proj"],
      feedforward: ["down_proj"],
    },
  };
}

function layerMaker(
  values: LlamaValues,
  sizes: HeadSizes,
  traits: LlamaTraits,
): (layer: number) => BlockSpec {
  const { hidden_size: hidden, rms_norm_eps: epsilon } = values;
  return (layer) => {
    const path = `model.layers.${layer}`;
    const window = traits.windows?.[layer];
    const norm = (name: string): NormSpec => rmsNorm(`${path}.${name}`, hidden, epsilon);
    const [first, second] = [norm("post_attention_layernorm"), norm("post_feedforward_layernorm")];
    const norms = traits.normsOutputs
      ? { outputNorms: { attention: first, mlp: second } }
      : { attentionNorm: norm("input_layernorm"), mlpNorm: first };
    return {
      path,
      ...norms,
      attention: {
        ...attention(`${path}.self_attn`, hidden, sizes, traits, epsilon),
        ...(window === undefined ? {} : { window }),
        ...(traits.turns?.[layer] === false ? { ropeTable: null } : {}),
      },
      mlp: feedForward(`${path}.mlp`, values, traits),
    };
  };
}

function feedForward(path: string, values: LlamaValues, { biases, isFused }: LlamaTraits): MlpSpec {
  const { hidden_size: hidden, intermediate_size: intermediate } = values;
  const into = (name: string, count = 1): LinearSpec =>
    linear(`${path}.${name}`, hidden, count * intermediate, biases.mlp);
  const down = linear(`${path}.down_proj`, intermediate, hidden, biases.mlp);
  const activation = gatedActivations[values.hidden_act];
  if (isFused) return { type: "fused-gated", gateUp: into("gate_up_proj", 2), down, activation };
  return { type: "gated", gate: into("gate_proj"), up: into("up_proj"), down, activation };
}

function attention(
  path: string,
  hidden: number,
  { heads, keyValueHeads, headDim }: HeadSizes,
  { biases, headNorms, projectionNorms, isFused }: LlamaTraits,
  epsilon: number,
): AttentionSpec {
  const [queryWidth, keyWidth] = [heads * headDim, keyValueHeads * headDim];
  const into = (name: string, width: number): LinearSpec =>
    linear(`${path}.${name}`, hidden, width, biases.qkv);
  const o = linear(`${path}.o_proj`, queryWidth, hidden, biases.o);
  if (isFused) return { type: "fused", qkv: into("qkv_proj", queryWidth + 2 * keyWidth), byHead: false, o };
  const norms = (queries: number, keys: number) => ({
    q: rmsNorm(`${path}.q_norm`, queries, epsilon),
    k: rmsNorm(`${path}.k_norm`, keys, epsilon),
  });
  return {
    type: "separate",
    q: into("q_proj", queryWidth),
    k: into("k_proj", keyWidth),
    v: into("v_proj", keyWidth),
    o,
    ...(headNorms ? { headNorms: norms(headDim, headDim) } : {}),
    ...(projectionNorms ? { projectionNorms: norms(queryWidth, keyWidth) } : {}),
  };
}
