import type { BlockSpec, ModelSpec, NormSpec } from "../nn/model-spec";
import { plainActivations, plainNames } from "./config/activations";
import { defineFamily } from "./config/family";
import { choice, flag, number, objectOrNull, size, sizeOrNull, type Values } from "./config/fields";
import { evenHeadDim, layerNorm, linear } from "./layers";
import { readRope, ropeReach } from "./rope-config";

const fields = {
  vocab_size: size(50432),
  hidden_size: size(6144),
  num_hidden_layers: size(44),
  num_attention_heads: size(64),
  intermediate_size: size(24576),
  hidden_act: choice(plainNames, "gelu"),
  max_position_embeddings: size(2048),
  original_max_position_embeddings: sizeOrNull(null),
  layer_norm_eps: number(1e-5),
  tie_word_embeddings: flag(false),
  use_parallel_residual: flag(true),
  attention_bias: flag(true),
  rope_parameters: objectOrNull(),
  rope_scaling: objectOrNull(),
  // GPT-NeoX's names of rope_theta and partial_rotary_factor.
  rotary_emb_base: number(10000),
  rotary_pct: number(0.25),
};

const ROOT = "gpt_neox";

/**
 * GPT-NeoX, Pythia and Dolly (transformers `GPTNeoXForCausalLM`): layer norm, fused projections, rotary embedding of a
 * quarter of each head, and parallel sub-layers.
 */
export const gptNeox = defineFamily({
  className: "GPTNeoXConfig",
  used: fields,
  dropout: {
    embedding: ["hidden_dropout", 0],
    residual: ["hidden_dropout", 0],
    attention: ["attention_dropout", 0],
  },
  noEffect: { bookkeeping: ["pad_token_id"] },
  describe(values): ModelSpec {
    const { hidden_size: hiddenSize, num_attention_heads: heads } = values;
    const headDim = evenHeadDim(hiddenSize, heads);
    const { rotary_emb_base: rope_theta, rotary_pct: partial_rotary_factor } = values;
    const rope = readRope({ ...values, rope_theta, partial_rotary_factor }, headDim, { turnsParts: true });
    return {
      family: "gpt_neox",
      vocabularySize: values.vocab_size,
      hiddenSize,
      heads,
      keyValueHeads: heads,
      headDim,
      maxPositions: ropeReach(values.max_position_embeddings, rope),
      embedTokens: `${ROOT}.embed_in`,
      embeddingSize: hiddenSize,
      positions: { type: "rope", tables: [rope] },
      blocks: Array.from({ length: values.num_hidden_layers }, (_, index) =>
        block(`${ROOT}.layers.${index}`, values),
      ),
      finalNorm: layerNorm(`${ROOT}.final_layer_norm`, hiddenSize, values.layer_norm_eps),
      head: { path: "lm_head", tied: values.tie_word_embeddings },
      earlierPaths: [["embed_out.", "lm_head."]],
      prefix: `${ROOT}.`,
      loraTargets: ["query_key_value"],
      ia3Targets: { targets: ["query_key_value", "dense_4h_to_h"], feedforward: ["dense_4h_to_h"] },
    };
  },
});

function block(path: string, values: Values<typeof fields>): BlockSpec {
  const { hidden_size: hidden, intermediate_size: inner, attention_bias: bias } = values;
  const norm = (name: string): NormSpec => layerNorm(`${path}.${name}`, hidden, values.layer_norm_eps);
  return {
    path,
    attentionNorm: norm("input_layernorm"),
    attention: {
      type: "fused",
      qkv: linear(`${path}.attention.query_key_value`, hidden, 3 * hidden, bias),
      byHead: true,
      o: linear(`${path}.attention.dense`, hidden, hidden, bias),
    },
    mlpNorm: norm("post_attention_layernorm"),
    mlp: {
      type: "plain",
      up: linear(`${path}.mlp.dense_h_to_4h`, hidden, inner, true),
      down: linear(`${path}.mlp.dense_4h_to_h`, inner, hidden, true),
      activation: plainActivations[values.hidden_act],
    },
    ...(values.use_parallel_residual ? { isParallel: true } : {}),
  };
}
