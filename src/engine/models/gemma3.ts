import { LuthierError } from "../../lib/errors";
import type { BlockSpec, NormSpec } from "../nn/model-spec";
import type { RopeSpec } from "../nn/rope-table";
import { gatedActivations, gatedNames } from "./config/activations";
import { defineFamily } from "./config/family";
import {
  choice,
  flag,
  number,
  numberOrNull,
  objectOrNull,
  readFields,
  size,
  sizeOrNull,
  tokenId,
  type Values,
} from "./config/fields";
import {
  evenHeadDim,
  groupedHeads,
  type HeadSizes,
  layerTypes,
  linear,
  paddingRow,
  rmsNorm,
  slidingWindows,
} from "./layers";
import { readSettings } from "./rope-config";

/** Rotary tables for full-attention and sliding-window layers. */
const TABLES = { global: 0, local: 1 } as const;

const fields = {
  vocab_size: size(262208),
  hidden_size: size(2304),
  intermediate_size: size(9216),
  num_hidden_layers: size(26),
  num_attention_heads: size(8),
  num_key_value_heads: size(4),
  head_dim: size(256),
  hidden_activation: choice(gatedNames, "gelu_pytorch_tanh"),
  max_position_embeddings: size(131072),
  rms_norm_eps: number(1e-6),
  tie_word_embeddings: flag(true),
  pad_token_id: tokenId(0),
  attention_bias: flag(false),
  query_pre_attn_scalar: number(256),
  sliding_window: sizeOrNull(4096),
  layer_types: layerTypes,
  // Legacy: without layer_types, every n-th layer has full attention.
  sliding_window_pattern: size(6),
  rope_parameters: objectOrNull(),
  rope_scaling: objectOrNull(),
  rope_theta: number(1_000_000),
  rope_local_base_freq: number(10_000),
  partial_rotary_factor: numberOrNull(null),
};

type GemmaValues = Values<typeof fields>;

/**
 * Gemma 3's language model (transformers `Gemma3ForCausalLM`: 270M, 1B): scaled embeddings, four norms per block with
 * weights stored as offsets from one, query and key norms, and sliding-window layers between full-attention layers.
 */
export const gemma3 = defineFamily({
  className: "Gemma3TextConfig",
  used: fields,
  // Gemma 2 softcaps attention scores; for Gemma 3, transformers reads the key but never applies it.
  noEffect: {
    "not-applied": ["attn_logit_softcapping", "_sliding_window_pattern"],
  },
  refused: { final_logit_softcapping: [null], use_bidirectional_attention: [null, false] },
  describe(values) {
    const { hidden_size: hiddenSize, vocab_size: vocabularySize, num_attention_heads: heads } = values;
    evenHeadDim(hiddenSize, heads);
    const sizes = groupedHeads(heads, values.num_key_value_heads, values.head_dim);
    return {
      family: "gemma3_text",
      vocabularySize,
      hiddenSize,
      ...sizes,
      maxPositions: values.max_position_embeddings,
      embedTokens: "model.embed_tokens",
      embeddingSize: hiddenSize,
      embeddingScale: Math.sqrt(hiddenSize),
      ...paddingRow(values.pad_token_id, vocabularySize),
      positions: { type: "rope", tables: ropes(values) },
      attentionScale: 1 / Math.sqrt(values.query_pre_attn_scalar),
      blocks: blocks(values, sizes),
      finalNorm: rmsNorm("model.norm", hiddenSize, values.rms_norm_eps, 1),
      head: { path: "lm_head", tied: values.tie_word_embeddings },
      prefix: "model.",
      loraTargets: ["q_proj", "v_proj"],
      ia3Targets: { targets: ["q_proj", "v_proj", "down_proj"], feedforward: ["down_proj"] },
    };
  },
});

const layerRopes = { full_attention: objectOrNull(), sliding_attention: objectOrNull() };

/**
 * Rotary settings in transformers 5's form, an object per layer type, completed from version 4's keys: rope_scaling
 * overrides the full-attention settings, and top-level bases are defaults.
 */
function ropes(values: GemmaValues): RopeSpec[] {
  const { rope_parameters: parameters, rope_scaling: scaling } = values;
  const { full_attention: full, sliding_attention: sliding } = readFields(
    layerRopes,
    parameters ?? {},
    "rope_parameters.",
  );
  if (scaling && parameters && !full)
    throw new LuthierError({ code: "model/rope-by-layer", key: "rope_parameters.full_attention" });
  const context = {
    dimension: values.head_dim,
    partialFactor: values.partial_rotary_factor,
    maxPositions: values.max_position_embeddings,
    originalMaxPositions: null,
  };
  return [
    readSettings({ ...full, ...scaling }, "rope_parameters.full_attention.", {
      ...context,
      theta: values.rope_theta,
    }),
    readSettings(sliding ?? {}, "rope_parameters.sliding_attention.", {
      ...context,
      theta: values.rope_local_base_freq,
    }),
  ];
}

function blocks(values: GemmaValues, sizes: HeadSizes): BlockSpec[] {
  const { layer_types: types, num_hidden_layers: layers, sliding_window_pattern: pattern } = values;
  const { sliding_window: window } = values;
  // transformers builds the sliding-window mask even if no layer uses it.
  if (window === null) throw new LuthierError({ code: "model/no-window" });
  const windows = slidingWindows(types, layers, window, (layer) => (layer + 1) % pattern !== 0);
  const layer = layerMaker(values, sizes);
  return windows.map((reach, index) => {
    const block = layer(`model.layers.${index}`);
    const own =
      reach === undefined ? { ropeTable: TABLES.global } : { window: reach, ropeTable: TABLES.local };
    return { ...block, attention: { ...block.attention, ...own } };
  });
}

function layerMaker(
  values: GemmaValues,
  { heads, keyValueHeads, headDim }: HeadSizes,
): (path: string) => BlockSpec {
  const { hidden_size: hidden, intermediate_size: intermediate, attention_bias: bias } = values;
  const [queryWidth, keyWidth] = [heads * headDim, keyValueHeads * headDim];
  const norm = (path: string, width = hidden): NormSpec => rmsNorm(path, width, values.rms_norm_eps, 1);
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
      activation: gatedActivations[values.hidden_activation],
    },
    outputNorms: {
      attention: norm(`${path}.post_attention_layernorm`),
      mlp: norm(`${path}.post_feedforward_layernorm`),
    },
  });
}
