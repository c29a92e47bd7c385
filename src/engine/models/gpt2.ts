import type { BlockSpec, LinearSpec } from "../nn/model-spec";
import { plainActivations, plainNames } from "./config/activations";
import { defineFamily } from "./config/family";
import { choice, flag, number, size, sizeOrNull, type Values } from "./config/fields";
import { evenHeadDim, layerNorm } from "./layers";

const fields = {
  vocab_size: size(50257),
  n_positions: size(1024),
  n_embd: size(768),
  n_layer: size(12),
  n_head: size(12),
  n_inner: sizeOrNull(null),
  activation_function: choice(plainNames, "gelu_new"),
  layer_norm_epsilon: number(1e-5),
  tie_word_embeddings: flag(true),
};

/** GPT-2 (transformers `GPT2LMHeadModel`): layer norm, learned positions, a fused q-k-v projection. */
export const gpt2 = defineFamily({
  className: "GPT2Config",
  used: fields,
  aliases: {
    hidden_size: "n_embd",
    max_position_embeddings: "n_positions",
    num_attention_heads: "n_head",
    num_hidden_layers: "n_layer",
  },
  dropout: { embedding: ["embd_pdrop", 0.1], residual: ["resid_pdrop", 0.1], attention: ["attn_pdrop", 0.1] },
  noEffect: {
    // n_ctx duplicates n_positions, and the embedding has no padding row.
    bookkeeping: ["n_ctx", "pad_token_id"],
    numerics: ["reorder_and_upcast_attn"],
    "other-heads": [
      "hidden_dropout",
      "summary_last_dropout",
      "summary_activation",
      "summary_first_dropout",
      "summary_proj_to_labels",
      "summary_type",
      "summary_use_proj",
    ],
  },
  refused: {
    add_cross_attention: [false],
    scale_attn_by_inverse_layer_idx: [false],
    scale_attn_weights: [true],
  },
  describe(values) {
    const { n_embd: hidden, n_head: heads } = values;
    const layer = layerMaker(values);
    return {
      family: "gpt2",
      vocabularySize: values.vocab_size,
      hiddenSize: hidden,
      heads,
      keyValueHeads: heads,
      headDim: evenHeadDim(hidden, heads),
      maxPositions: values.n_positions,
      embedTokens: "transformer.wte",
      embeddingSize: hidden,
      positions: { type: "learned", path: "transformer.wpe", offset: 0 },
      blocks: Array.from({ length: values.n_layer }, (_, index) => layer(`transformer.h.${index}`)),
      finalNorm: layerNorm("transformer.ln_f", hidden, values.layer_norm_epsilon),
      head: { path: "lm_head", tied: values.tie_word_embeddings },
      prefix: "transformer.",
      loraTargets: ["c_attn"],
      ia3Targets: { targets: ["c_attn", "mlp.c_proj"], feedforward: ["mlp.c_proj"] },
    };
  },
});

function layerMaker(values: Values<typeof fields>): (path: string) => BlockSpec {
  const { n_embd: hidden, layer_norm_epsilon: epsilon } = values;
  const inner = values.n_inner ?? 4 * hidden;
  const conv1d = (path: string, inFeatures: number, outFeatures: number): LinearSpec => ({
    path,
    inFeatures,
    outFeatures,
    bias: true,
    conv1d: true,
  });
  return (path) => ({
    path,
    attentionNorm: layerNorm(`${path}.ln_1`, hidden, epsilon),
    attention: {
      type: "fused",
      qkv: conv1d(`${path}.attn.c_attn`, hidden, 3 * hidden),
      byHead: false,
      o: conv1d(`${path}.attn.c_proj`, hidden, hidden),
    },
    mlpNorm: layerNorm(`${path}.ln_2`, hidden, epsilon),
    mlp: {
      type: "plain",
      up: conv1d(`${path}.mlp.c_fc`, hidden, inner),
      down: conv1d(`${path}.mlp.c_proj`, inner, hidden),
      activation: plainActivations[values.activation_function],
    },
  });
}
