import type { ConfigReader } from "./config-reader";
import type { AttentionSpec, BlockSpec, ModelSpec } from "../nn/model-spec";
import { type HeadSizes, linear, readHeads, rmsNorm } from "./layers";
import { readRope } from "./rope-config";

/** What sets a llama-like family apart. */
export interface LlamaTraits {
  /** The layer beside v_proj and down_proj that PEFT's (IA)³ scales; absent: k_proj. */
  readonly ia3Projection?: "q_proj";
  /** Which layers carry biases. */
  readonly biases: { readonly qkv: boolean; readonly o: boolean; readonly mlp: boolean };
  /** Norms of every head's query and key (Qwen3). */
  readonly headNorms?: boolean;
  /** The sliding window of each layer, undefined where there is none; absent: no layer has one. */
  readonly windows?: readonly (number | undefined)[];
}

/** Llama 2 and 3, SmolLM2, TinyLlama (transformers `LlamaForCausalLM`). */
export function llama(config: ConfigReader): ModelSpec {
  const attention = config.boolean("attention_bias", false);
  const mlp = config.boolean("mlp_bias", false);
  return llamaLike("llama", config, { biases: { qkv: attention, o: attention, mlp } });
}

/** The shape that Llama and its relatives share: RMS norm, rotary positions, gated SiLU. */
export function llamaLike(family: string, config: ConfigReader, traits: LlamaTraits): ModelSpec {
  config.choice("hidden_act", ["silu"], "silu");
  const hiddenSize = config.integer("hidden_size");
  const sizes = readHeads(config);
  const epsilon = config.number("rms_norm_eps", 1e-6);
  const layer = layerMaker(config, sizes, traits, epsilon);
  return {
    family,
    vocabularySize: config.integer("vocab_size"),
    hiddenSize,
    ...sizes,
    maxPositions: config.integer("max_position_embeddings", 2048),
    embedTokens: "model.embed_tokens",
    embeddingSize: hiddenSize,
    positions: { type: "rope", tables: [readRope(config, sizes.headDim)] },
    blocks: Array.from({ length: config.integer("num_hidden_layers") }, (_, index) => layer(index)),
    finalNorm: rmsNorm("model.norm", hiddenSize, epsilon),
    head: { path: "lm_head", tied: config.boolean("tie_word_embeddings", false) },
    prefix: "model.",
    loraTargets: ["q_proj", "v_proj"],
    ia3Targets: {
      targets: [traits.ia3Projection ?? "k_proj", "v_proj", "down_proj"],
      feedforward: ["down_proj"],
    },
  };
}

function layerMaker(
  config: ConfigReader,
  sizes: HeadSizes,
  traits: LlamaTraits,
  epsilon: number,
): (layer: number) => BlockSpec {
  const hidden = config.integer("hidden_size");
  const intermediate = config.integer("intermediate_size");
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
        activation: "silu",
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
