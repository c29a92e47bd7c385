import { LuthierError } from "../../lib/errors";
import type { BlockSpec, ModelSpec } from "../nn/model-spec";
import { defineFamily } from "./config/family";
import { flag, number, size, sizeOrNull } from "./config/fields";
import { evenHeadDim, layerNorm, linear } from "./layers";

/** BLOOM (transformers `BloomForCausalLM`): layer norm of the embeddings too, and ALiBi. */
export const bloom = defineFamily({
  className: "BloomConfig",
  used: {
    vocab_size: size(250880),
    hidden_size: size(64),
    // Legacy key; takes precedence over hidden_size.
    n_embed: sizeOrNull(null),
    n_layer: size(2),
    n_head: size(8),
    layer_norm_epsilon: number(1e-5),
    tie_word_embeddings: flag(true),
    pretraining_tp: size(1, 0),
    slow_but_exact: flag(false),
    // Training length; transformers does not read it.
    seq_length: size(2048),
  },
  aliases: { num_hidden_layers: "n_layer", num_attention_heads: "n_head" },
  dropout: { residual: ["hidden_dropout", 0], attention: ["attention_dropout", 0] },
  noEffect: {
    bookkeeping: [
      "pad_token_id",
      "masked_softmax_fusion",
      "attention_softmax_in_fp32",
      "bias_dropout_fusion",
    ],
    "not-applied": ["offset_alibi", "skip_bias_add", "skip_bias_add_qkv", "unk_token_id"],
  },
  refused: { apply_residual_connection_post_layernorm: [false] },
  describe(values): ModelSpec {
    // With slow_but_exact and pretraining_tp > 1, transformers omits the output layers' biases.
    if (values.slow_but_exact && values.pretraining_tp > 1)
      throw new LuthierError({ code: "model/config-setting", setting: "slow_but_exact" });
    const { n_head: heads, layer_norm_epsilon: epsilon } = values;
    const hidden = values.n_embed ?? values.hidden_size;
    const root = "transformer";
    return {
      family: "bloom",
      vocabularySize: values.vocab_size,
      hiddenSize: hidden,
      heads,
      keyValueHeads: heads,
      headDim: evenHeadDim(hidden, heads),
      maxPositions: values.seq_length,
      embedTokens: `${root}.word_embeddings`,
      embeddingSize: hidden,
      embeddingNorm: layerNorm(`${root}.word_embeddings_layernorm`, hidden, epsilon),
      positions: { type: "alibi" },
      blocks: Array.from({ length: values.n_layer }, (_, index) =>
        block(`${root}.h.${index}`, hidden, epsilon),
      ),
      finalNorm: layerNorm(`${root}.ln_f`, hidden, epsilon),
      head: { path: "lm_head", tied: values.tie_word_embeddings },
      prefix: "transformer.",
      loraTargets: ["query_key_value"],
      ia3Targets: {
        targets: ["query_key_value", "mlp.dense_4h_to_h"],
        feedforward: ["mlp.dense_4h_to_h"],
      },
    };
  },
});

function block(path: string, hidden: number, epsilon: number): BlockSpec {
  return {
    path,
    attentionNorm: layerNorm(`${path}.input_layernorm`, hidden, epsilon),
    attention: {
      type: "fused",
      qkv: linear(`${path}.self_attention.query_key_value`, hidden, 3 * hidden, true),
      byHead: true,
      o: linear(`${path}.self_attention.dense`, hidden, hidden, true),
    },
    mlpNorm: layerNorm(`${path}.post_attention_layernorm`, hidden, epsilon),
    mlp: {
      type: "plain",
      up: linear(`${path}.mlp.dense_h_to_4h`, hidden, 4 * hidden, true),
      down: linear(`${path}.mlp.dense_4h_to_h`, 4 * hidden, hidden, true),
      activation: "gelu_tanh",
    },
  };
}
