import type { ConfigReader } from "./config-reader";
import type { BlockSpec, ModelSpec, LinearSpec } from "../nn/model-spec";
import { evenHeadDim, layerNorm, refuseSetting } from "./layers";

/** GPT-2 and its sizes (transformers `GPT2LMHeadModel`): layer norm, learned positions, one fused q-k-v layer. */
export function gpt2(config: ConfigReader): ModelSpec {
  const hidden = config.integer("n_embd");
  const heads = config.integer("n_head");
  const layer = layerMaker(config, hidden);
  return {
    family: "gpt2",
    vocabularySize: config.integer("vocab_size"),
    hiddenSize: hidden,
    heads,
    keyValueHeads: heads,
    headDim: evenHeadDim(hidden, heads),
    maxPositions: config.integer("n_positions", 1024),
    embedTokens: "transformer.wte",
    embeddingSize: hidden,
    positions: { type: "learned", path: "transformer.wpe", offset: 0 },
    blocks: Array.from({ length: config.integer("n_layer") }, (_, index) => layer(`transformer.h.${index}`)),
    finalNorm: layerNorm("transformer.ln_f", hidden, config.number("layer_norm_epsilon", 1e-5)),
    head: { path: "lm_head", tied: config.boolean("tie_word_embeddings", true) },
    prefix: "transformer.",
    loraTargets: ["c_attn"],
    ia3Targets: { targets: ["c_attn", "mlp.c_proj"], feedforward: ["mlp.c_proj"] },
  };
}

function layerMaker(config: ConfigReader, hidden: number): (path: string) => BlockSpec {
  const inner = config.integer("n_inner", 4 * hidden);
  const epsilon = config.number("layer_norm_epsilon", 1e-5);
  // "gelu_new" is the tanh approximation, "gelu" the exact one.
  const activation = config.choice(
    "activation_function",
    ["gelu_new", "gelu_pytorch_tanh", "gelu"],
    "gelu_new",
  );
  if (
    config.boolean("scale_attn_by_inverse_layer_idx", false) ||
    !config.boolean("scale_attn_weights", true)
  ) {
    throw refuseSetting("another scale of attention (scale_attn_weights, scale_attn_by_inverse_layer_idx)");
  }
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
      activation: activation === "gelu" ? "gelu_none" : "gelu_tanh",
    },
  });
}
