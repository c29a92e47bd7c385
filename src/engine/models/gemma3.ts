import type { BlockSpec, ModelSpec, NormSpec } from "../nn/model-spec";
import type { RopeSpec } from "../nn/rope-table";
import type { ConfigReader } from "./config-reader";
import { type HeadSizes, linear, readHeads, refuseSetting, rmsNorm, slidingLayers } from "./layers";
import { readLayerRope, readRope } from "./rope-config";

/** The model's rotary tables: that of layers which see everything, and that of layers with a sliding window. */
const TABLES = { global: 0, local: 1 } as const;
const GLOBAL_THETA = 1_000_000;
const LOCAL_THETA = 10_000;

/**
 * Gemma 3's language model (transformers `Gemma3ForCausalLM`: 270M, 1B): scaled embeddings, four norms a block whose
 * weights are differences from one, norms of heads, and layers that see a window between layers that see everything.
 */
export function gemma3(config: ConfigReader): ModelSpec {
  if (config.boolean("use_bidirectional_attention", false))
    throw refuseSetting("attention in both directions");
  if (config.has("final_logit_softcapping")) throw refuseSetting("bounded logits (final_logit_softcapping)");
  config.choice("hidden_activation", ["gelu_pytorch_tanh"], "gelu_pytorch_tanh");
  const hiddenSize = config.integer("hidden_size");
  const sizes = readHeads(config, 256);
  const epsilon = config.number("rms_norm_eps", 1e-6);
  const softcap = config.has("attn_logit_softcapping") ? config.number("attn_logit_softcapping") : 0;
  return {
    family: "gemma3_text",
    vocabularySize: config.integer("vocab_size"),
    hiddenSize,
    ...sizes,
    maxPositions: config.integer("max_position_embeddings", 131072),
    embedTokens: "model.embed_tokens",
    embeddingSize: hiddenSize,
    embeddingScale: Math.sqrt(hiddenSize),
    positions: { type: "rope", tables: ropes(config, sizes.headDim) },
    attentionScale: 1 / Math.sqrt(config.number("query_pre_attn_scalar", 256)),
    attentionSoftcap: softcap,
    blocks: blocks(config, hiddenSize, sizes, epsilon),
    finalNorm: rmsNorm("model.norm", hiddenSize, epsilon, 1),
    head: { path: "lm_head", tied: config.boolean("tie_word_embeddings", true) },
    prefix: "model.",
    loraTargets: ["q_proj", "v_proj"],
    ia3Targets: { targets: ["q_proj", "v_proj", "down_proj"], feedforward: ["down_proj"] },
  };
}

/** Rotary fields as transformers 5 spells them (an object for each kind of layer) or as 4 did. */
function ropes(config: ConfigReader, dimension: number): RopeSpec[] {
  const fields = config.object("rope_parameters");
  if (!fields) {
    const theta = config.number("rope_local_base_freq", LOCAL_THETA);
    return [readRope(config, dimension, GLOBAL_THETA), { theta, dimension, scaling: { type: "default" } }];
  }
  const read = (name: string, theta: number): RopeSpec => {
    const layer = fields.object(name);
    return layer
      ? readLayerRope(layer, dimension, theta)
      : { theta, dimension, scaling: { type: "default" } };
  };
  return [read("full_attention", GLOBAL_THETA), read("sliding_attention", LOCAL_THETA)];
}

function blocks(config: ConfigReader, hidden: number, sizes: HeadSizes, epsilon: number): BlockSpec[] {
  // Without layer_types, every sixth layer sees everything.
  const pattern = config.integer("sliding_window_pattern", 6);
  const layers = config.integer("num_hidden_layers");
  const window = config.integer("sliding_window", 4096);
  const sliding = slidingLayers(config, layers, (layer) => (layer + 1) % pattern !== 0);
  const layer = layerMaker(config, hidden, sizes, epsilon);
  return sliding.map((slides, index) => {
    const block = layer(`model.layers.${index}`);
    const reach = slides ? { window, ropeTable: TABLES.local } : { ropeTable: TABLES.global };
    return { ...block, attention: { ...block.attention, ...reach } };
  });
}

function layerMaker(
  config: ConfigReader,
  hidden: number,
  { heads, keyValueHeads, headDim }: HeadSizes,
  epsilon: number,
): (path: string) => BlockSpec {
  const intermediate = config.integer("intermediate_size");
  const bias = config.boolean("attention_bias", false);
  const [queryWidth, keyWidth] = [heads * headDim, keyValueHeads * headDim];
  const norm = (path: string, size = hidden): NormSpec => rmsNorm(path, size, epsilon, 1);
  return (path) => ({
    path,
    attentionNorm: norm(`${path}.input_layernorm`),
    attention: {
      type: "separate",
      q: linear(`${path}.self_attn.q_proj`, hidden, queryWidth, bias),
      k: linear(`${path}.self_attn.k_proj`, hidden, keyWidth, bias),
      v: linear(`${path}.self_attn.v_proj`, hidden, keyWidth, bias),
      o: linear(`${path}.self_attn.o_proj`, queryWidth, hidden, bias),
      headNorms: {
        q: norm(`${path}.self_attn.q_norm`, headDim),
        k: norm(`${path}.self_attn.k_norm`, headDim),
      },
    },
    mlpNorm: norm(`${path}.pre_feedforward_layernorm`),
    mlp: {
      type: "gated",
      gate: linear(`${path}.mlp.gate_proj`, hidden, intermediate, false),
      up: linear(`${path}.mlp.up_proj`, hidden, intermediate, false),
      down: linear(`${path}.mlp.down_proj`, intermediate, hidden, false),
      activation: "gelu_tanh",
    },
    outputNorms: {
      attention: norm(`${path}.post_attention_layernorm`),
      mlp: norm(`${path}.post_feedforward_layernorm`),
    },
  });
}
