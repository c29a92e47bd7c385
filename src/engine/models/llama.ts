import { LuthierError } from "../../lib/errors";
import type { AttentionSpec, BlockSpec, ModelSpec } from "../nn/model-spec";
import { gatedActivations, gatedNames } from "./config/activations";
import { defineFamily } from "./config/family";
import { choice, flag, number, size, sizeOrNull, tokenId, type Values } from "./config/fields";
import { evenHeadDim, groupedHeads, type HeadSizes, layerTypes, linear, paddingRow, rmsNorm } from "./layers";
import { readRope, ropeFields } from "./rope-config";

/** Differences between llama-like families. */
export interface LlamaTraits {
  /** The layer that PEFT's (IA)³ scales besides v_proj and down_proj; default k_proj. */
  readonly ia3Projection?: "q_proj";
  /** Layers with biases. */
  readonly biases: { readonly qkv: boolean; readonly o: boolean; readonly mlp: boolean };
  /** Query and key norms per head (Qwen3). */
  readonly headNorms?: boolean;
  /** Window size per layer, undefined for full attention; by default full attention throughout. */
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
  return {
    family,
    vocabularySize,
    hiddenSize,
    ...sizes,
    maxPositions: values.max_position_embeddings,
    embedTokens: "model.embed_tokens",
    embeddingSize: hiddenSize,
    ...paddingRow(values.pad_token_id, vocabularySize),
    positions: { type: "rope", tables: [readRope(values, headDim)] },
    blocks: Array.from({ length: values.num_hidden_layers }, (_, index) => layer(index)),
    finalNorm: rmsNorm("model.norm", hiddenSize, values.rms_norm_eps),
    head: { path: "lm_head", tied: values.tie_word_embeddings },
    prefix: "model.",
    loraTargets: ["q_proj", "v_proj"],
    ia3Targets: {
      targets: [traits.ia3Projection ?? "k_proj", "v_proj", "down_proj"],
      feedforward: ["down_proj"],
    },
  };
}

function layerMaker(
  values: LlamaValues,
  sizes: HeadSizes,
  traits: LlamaTraits,
): (layer: number) => BlockSpec {
  const { hidden_size: hidden, intermediate_size: intermediate, rms_norm_eps: epsilon } = values;
  const { mlp: bias } = traits.biases;
  return (layer) => {
    const path = `model.layers.${layer}`;
    const window = traits.windows?.[layer];
    return {
      path,
      attentionNorm: rmsNorm(`${path}.input_layernorm`, hidden, epsilon),
      attention: {
        ...attention(`${path}.self_attn`, hidden, sizes, traits, epsilon),
        ...(window === undefined ? {} : { window }),
      },
      mlpNorm: rmsNorm(`${path}.post_attention_layernorm`, hidden, epsilon),
      mlp: {
        type: "gated",
        gate: linear(`${path}.mlp.gate_proj`, hidden, intermediate, bias),
        up: linear(`${path}.mlp.up_proj`, hidden, intermediate, bias),
        down: linear(`${path}.mlp.down_proj`, intermediate, hidden, bias),
        activation: gatedActivations[values.hidden_act],
      },
    };
  };
}

function attention(
  path: string,
  hidden: number,
  { heads, keyValueHeads, headDim }: HeadSizes,
  { biases, headNorms = false }: LlamaTraits,
  epsilon: number,
): AttentionSpec {
  const [queryWidth, keyWidth] = [heads * headDim, keyValueHeads * headDim];
  const norm = (name: string) => rmsNorm(`${path}.${name}`, headDim, epsilon);
  return {
    type: "separate",
    q: linear(`${path}.q_proj`, hidden, queryWidth, biases.qkv),
    k: linear(`${path}.k_proj`, hidden, keyWidth, biases.qkv),
    v: linear(`${path}.v_proj`, hidden, keyWidth, biases.qkv),
    o: linear(`${path}.o_proj`, queryWidth, hidden, biases.o),
    ...(headNorms ? { headNorms: { q: norm("q_norm"), k: norm("k_norm") } } : {}),
  };
}
