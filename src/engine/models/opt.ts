import type { ConfigReader } from "./config-reader";
import type { BlockSpec, ModelSpec } from "../nn/model-spec";
import { evenHeadDim, layerNorm, linear, refuseSetting } from "./layers";

/** LayerNorm's own default: OPT's config.json does not say. */
const EPSILON = 1e-5;

/** OPT keeps the first two rows of its position table unused. */
const POSITION_OFFSET = 2;

/**
 * OPT and its sizes (transformers `OPTForCausalLM`): layer norm, learned positions, ReLU. OPT-350m normalises after its
 * residual sums, and its embeddings are narrower than its blocks.
 */
export function opt(config: ConfigReader): ModelSpec {
  if (!config.boolean("enable_bias", true)) throw refuseSetting("linear layers without biases (enable_bias)");
  if (!config.boolean("layer_norm_elementwise_affine", true))
    throw refuseSetting("norms without weights (layer_norm_elementwise_affine)");
  const hidden = config.integer("hidden_size");
  const heads = config.integer("num_attention_heads");
  const embeddingSize = config.integer("word_embed_proj_dim", hidden);
  const before = config.boolean("do_layer_norm_before", true);
  const hasFinalNorm = before && !config.boolean("_remove_final_layer_norm", false);
  const layer = layerMaker(config, hidden, before);
  const root = "model.decoder";
  return {
    family: "opt",
    vocabularySize: config.integer("vocab_size"),
    hiddenSize: hidden,
    heads,
    keyValueHeads: heads,
    headDim: evenHeadDim(hidden, heads),
    maxPositions: config.integer("max_position_embeddings", 2048),
    embedTokens: `${root}.embed_tokens`,
    embeddingSize,
    ...(embeddingSize === hidden
      ? {}
      : {
          projections: {
            into: linear(`${root}.project_in`, embeddingSize, hidden, false),
            outOf: linear(`${root}.project_out`, hidden, embeddingSize, false),
          },
        }),
    positions: { type: "learned", path: `${root}.embed_positions`, offset: POSITION_OFFSET },
    blocks: Array.from({ length: config.integer("num_hidden_layers") }, (_, index) =>
      layer(`${root}.layers.${index}`),
    ),
    ...(hasFinalNorm ? { finalNorm: layerNorm(`${root}.final_layer_norm`, hidden, EPSILON) } : {}),
    head: { path: "lm_head", tied: config.boolean("tie_word_embeddings", true) },
    prefix: "model.",
    loraTargets: ["q_proj", "v_proj"],
    ia3Targets: { targets: ["q_proj", "k_proj", "fc2"], feedforward: ["fc2"] },
  };
}

function layerMaker(config: ConfigReader, hidden: number, before: boolean): (path: string) => BlockSpec {
  const inner = config.integer("ffn_dim", 4 * hidden);
  const activation = config.choice("activation_function", ["relu", "gelu"], "relu");
  return (path) => ({
    path,
    attentionNorm: layerNorm(`${path}.self_attn_layer_norm`, hidden, EPSILON),
    attention: {
      type: "separate",
      q: linear(`${path}.self_attn.q_proj`, hidden, hidden, true),
      k: linear(`${path}.self_attn.k_proj`, hidden, hidden, true),
      v: linear(`${path}.self_attn.v_proj`, hidden, hidden, true),
      o: linear(`${path}.self_attn.out_proj`, hidden, hidden, true),
    },
    mlpNorm: layerNorm(`${path}.final_layer_norm`, hidden, EPSILON),
    mlp: {
      type: "plain",
      up: linear(`${path}.fc1`, hidden, inner, true),
      down: linear(`${path}.fc2`, inner, hidden, true),
      activation: activation === "relu" ? "relu" : "gelu_none",
    },
    normPlacement: before ? "before" : "after",
  });
}
