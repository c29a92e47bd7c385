import type { ConfigReader } from "./config-reader";
import type { BlockSpec, ModelSpec } from "../nn/model-spec";
import { evenHeadDim, layerNorm, linear, refuseSetting } from "./layers";

/** BLOOM and its sizes (transformers `BloomForCausalLM`): layer norm also of the embeddings, and ALiBi for positions. */
export function bloom(config: ConfigReader): ModelSpec {
  if (config.boolean("apply_residual_connection_post_layernorm", false))
    throw refuseSetting("residual sums with normalised values (apply_residual_connection_post_layernorm)");
  const hidden = config.integer(config.has("n_embed") ? "n_embed" : "hidden_size");
  const heads = config.integer(config.has("n_head") ? "n_head" : "num_attention_heads");
  const layers = config.integer(config.has("n_layer") ? "n_layer" : "num_hidden_layers");
  const epsilon = config.number("layer_norm_epsilon", 1e-5);
  return {
    family: "bloom",
    vocabularySize: config.integer("vocab_size"),
    hiddenSize: hidden,
    heads,
    keyValueHeads: heads,
    headDim: evenHeadDim(hidden, heads),
    maxPositions: config.integer("seq_length", 2048),
    embedTokens: "transformer.word_embeddings",
    embeddingSize: hidden,
    embeddingNorm: layerNorm("transformer.word_embeddings_layernorm", hidden, epsilon),
    positions: { type: "alibi" },
    blocks: Array.from({ length: layers }, (_, index) => block(`transformer.h.${index}`, hidden, epsilon)),
    finalNorm: layerNorm("transformer.ln_f", hidden, epsilon),
    head: { path: "lm_head", tied: config.boolean("tie_word_embeddings", true) },
    prefix: "transformer.",
    loraTargets: ["query_key_value"],
    ia3Targets: {
      targets: ["query_key_value", "mlp.dense_4h_to_h"],
      feedforward: ["mlp.dense_4h_to_h"],
    },
  };
}

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
