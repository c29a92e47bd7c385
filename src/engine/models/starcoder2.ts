import type { BlockSpec, LinearSpec, ModelSpec, NormSpec } from "../nn/model-spec";
import { plainActivations, plainNames } from "./config/activations";
import { defineFamily } from "./config/family";
import { choice, flag, number, size, sizeOrNull, tokenId, type Values } from "./config/fields";
import { groupedHeads, type HeadSizes, layerNorm, linear, paddingRow } from "./layers";
import { readRope, ropeFields, ropeReach } from "./rope-config";

const fields = {
  ...ropeFields,
  vocab_size: size(49152),
  hidden_size: size(3072),
  intermediate_size: size(12288),
  num_hidden_layers: size(30),
  num_attention_heads: size(24),
  num_key_value_heads: size(2),
  head_dim: sizeOrNull(null),
  hidden_act: choice(plainNames, "gelu_pytorch_tanh"),
  max_position_embeddings: size(4096),
  norm_epsilon: number(1e-5),
  sliding_window: sizeOrNull(null),
  use_bias: flag(true),
  tie_word_embeddings: flag(true),
  pad_token_id: tokenId(null),
};

/** StarCoder 2 (transformers `Starcoder2ForCausalLM`): rotary positions, layer norm, GELU without a gate, biases. */
export const starcoder2 = defineFamily({
  className: "Starcoder2Config",
  used: fields,
  dropout: {
    embedding: ["embedding_dropout", 0],
    residual: ["residual_dropout", 0],
    attention: ["attention_dropout", 0],
  },
  describe(values): ModelSpec {
    const { hidden_size: hiddenSize, vocab_size: vocabularySize, num_attention_heads: heads } = values;
    const headDim = values.head_dim ?? Math.floor(hiddenSize / heads);
    const sizes = groupedHeads(heads, values.num_key_value_heads, headDim);
    const rope = readRope(values, headDim);
    return {
      family: "starcoder2",
      vocabularySize,
      hiddenSize,
      ...sizes,
      maxPositions: ropeReach(values.max_position_embeddings, rope),
      embedTokens: "model.embed_tokens",
      embeddingSize: hiddenSize,
      ...paddingRow(values.pad_token_id, vocabularySize),
      positions: { type: "rope", tables: [rope] },
      blocks: Array.from({ length: values.num_hidden_layers }, (_, index) =>
        block(`model.layers.${index}`, values, sizes),
      ),
      finalNorm: layerNorm("model.norm", hiddenSize, values.norm_epsilon),
      head: { path: "lm_head", tied: values.tie_word_embeddings },
      prefix: "model.",
      loraTargets: ["q_proj", "v_proj"],
      ia3Targets: { targets: ["k_proj", "v_proj", "c_proj"], feedforward: ["c_proj"] },
    };
  },
});

function block(
  path: string,
  values: Values<typeof fields>,
  { heads, keyValueHeads, headDim }: HeadSizes,
): BlockSpec {
  const { hidden_size: hidden, intermediate_size: inner, sliding_window: window, use_bias: bias } = values;
  const [queryWidth, keyWidth] = [heads * headDim, keyValueHeads * headDim];
  const norm = (name: string): NormSpec => layerNorm(`${path}.${name}`, hidden, values.norm_epsilon);
  const layer = (name: string, from: number, to: number): LinearSpec =>
    linear(`${path}.${name}`, from, to, bias);
  return {
    path,
    attentionNorm: norm("input_layernorm"),
    attention: {
      type: "separate",
      q: layer("self_attn.q_proj", hidden, queryWidth),
      k: layer("self_attn.k_proj", hidden, keyWidth),
      v: layer("self_attn.v_proj", hidden, keyWidth),
      o: layer("self_attn.o_proj", queryWidth, hidden),
      ...(window === null ? {} : { window }),
    },
    mlpNorm: norm("post_attention_layernorm"),
    mlp: {
      type: "plain",
      up: layer("mlp.c_fc", hidden, inner),
      down: layer("mlp.c_proj", inner, hidden),
      activation: plainActivations[values.hidden_act],
    },
  };
}
