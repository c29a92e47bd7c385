import { LuthierError } from "../../lib/errors";
import type { MetadataReader } from "./metadata";
import type { NameTable } from "./names";

/** Maps a GGUF architecture to a Hugging Face `model_type`. */
export interface Architecture {
  /** config.json without the parts common to all architectures. */
  config(fields: Fields): Record<string, unknown>;
  readonly names: NameTable;
  /** Whether query and key rows are in llama.cpp's interleaved RoPE order. */
  readonly hasInterleavedHeads?: boolean;
  /** Projections whose rows are all queries, keys and values in turn, where Hugging Face has them by head. */
  readonly gathered?: readonly string[];
  /** Offset added to norm weights in the file, relative to Hugging Face. */
  readonly normOffset?: number;
  /** Keys that llama.cpp ignores for this architecture. */
  readonly ignoredKeys?: readonly string[];
  /** Layers that Hugging Face stores as (in, out), while the file holds the transpose. */
  readonly transposed?: readonly string[];
}

/** Metadata entries under the architecture's prefix. */
export interface Fields {
  number(key: string, fallback?: number): number | undefined;
  text(key: string): string | null;
  flag(key: string): boolean | null;
  /** A list, or one number for all layers; null if absent. */
  numberOrNumbers(key: string): number | readonly number[] | null;
  /** Whether any layer has a tensor of that name, e.g. "attn_q.bias". */
  hasInLayers(part: string): boolean;
  /** An error for an unsupported value. */
  refuse(key: string, value: string): LuthierError;
  /** Padding token id, or null. */
  readonly paddingId: number | null;
  /** Rows of the token embedding. */
  readonly vocabularySize: number;
  readonly isHeadTied: boolean;
  /** Divisors of the rotary frequencies within the original context length, and beyond it. */
  readonly ropeDivisors: { readonly short: readonly number[]; readonly long: readonly number[] } | null;
}

/** Reads `<architecture>.<key>`. An f32 such as 1e-6 is rounded to its seven significant digits. */
export function fieldsOf(
  metadata: MetadataReader,
  architecture: string,
  model: Pick<Fields, "vocabularySize" | "isHeadTied" | "hasInLayers" | "ropeDivisors">,
): Fields {
  return {
    ...model,
    number(key, fallback) {
      const value = metadata.number(`${architecture}.${key}`) ?? fallback;
      return value === undefined || Number.isInteger(value) ? value : Number(value.toPrecision(7));
    },
    text: (key) => metadata.text(`${architecture}.${key}`),
    flag: (key) => metadata.boolean(`${architecture}.${key}`),
    numberOrNumbers: (key) => metadata.numberOrNumbers(`${architecture}.${key}`),
    refuse: (key, value) =>
      new LuthierError({
        code: "model/gguf-key",
        file: metadata.file,
        key: `${architecture}.${key}`,
        value,
      }),
    paddingId: metadata.number("tokenizer.ggml.padding_token_id"),
  };
}

/** Names shared by most decoders. */
const llamaNames = {
  token_embd: "model.embed_tokens",
  output_norm: "model.norm",
  output: "lm_head",
  "blk.*.attn_norm": "model.layers.*.input_layernorm",
  "blk.*.attn_q": "model.layers.*.self_attn.q_proj",
  "blk.*.attn_k": "model.layers.*.self_attn.k_proj",
  "blk.*.attn_v": "model.layers.*.self_attn.v_proj",
  "blk.*.attn_output": "model.layers.*.self_attn.o_proj",
  "blk.*.attn_q_norm": "model.layers.*.self_attn.q_norm",
  "blk.*.attn_k_norm": "model.layers.*.self_attn.k_norm",
  "blk.*.ffn_norm": "model.layers.*.post_attention_layernorm",
  "blk.*.ffn_gate": "model.layers.*.mlp.gate_proj",
  "blk.*.ffn_up": "model.layers.*.mlp.up_proj",
  "blk.*.ffn_down": "model.layers.*.mlp.down_proj",
} as const;

function llamaConfig(modelType: string, fields: Fields): Record<string, unknown> {
  const headDim = fields.number("attention.key_length", defaultHeadDim(fields));
  checkWholeHeads(fields, headDim);
  return { ...decoderConfig(modelType, fields, headDim), rope_scaling: ropeScaling(fields) };
}

function decoderConfig(
  modelType: string,
  fields: Fields,
  headDim: number | undefined,
): Record<string, unknown> {
  const { number, hasInLayers } = fields;
  return {
    model_type: modelType,
    hidden_size: number("embedding_length"),
    intermediate_size: number("feed_forward_length"),
    num_hidden_layers: number("block_count"),
    num_attention_heads: number("attention.head_count"),
    num_key_value_heads: number("attention.head_count_kv", number("attention.head_count")),
    head_dim: headDim,
    attention_bias: ["q", "k", "v", "output"].some((part) => hasInLayers(`attn_${part}.bias`)),
    mlp_bias: ["gate", "up", "down"].some((part) => hasInLayers(`ffn_${part}.bias`)),
    pad_token_id: fields.paddingId,
    max_position_embeddings: number("context_length"),
    rms_norm_eps: number("attention.layer_norm_rms_epsilon"),
    rope_theta: number("rope.freq_base", 10000),
    vocab_size: fields.vocabularySize,
    tie_word_embeddings: fields.isHeadTied,
  };
}

/** Default head size. */
function defaultHeadDim({ number }: Fields): number | undefined {
  const [hidden, heads] = [number("embedding_length"), number("attention.head_count")];
  return hidden === undefined || heads === undefined ? undefined : Math.floor(hidden / heads);
}

/** Errors: partial rotary dimensions, or values of another width than keys. */
function checkWholeHeads(fields: Fields, headDim: number | undefined): void {
  for (const key of ["rope.dimension_count", "attention.value_length"]) checkWidth(fields, key, headDim);
}

/** Errors: a rotary width other than the head size. */
function checkWidth({ number, refuse }: Fields, key: string, headDim: number | undefined): void {
  const width = number(key, headDim);
  if (width !== headDim) throw refuse(key, String(width));
}

/** Scaling as llama.cpp interprets it: linear if only a factor is given. */
function ropeScaling({ number, text, refuse }: Fields): Record<string, unknown> | null {
  const type = text("rope.scaling.type") ?? "linear";
  const factor = number("rope.scaling.factor", number("rope.scale_linear", 0));
  if (type === "none") return null;
  if (type === "yarn") {
    const original = number("rope.scaling.original_context_length", number("context_length"));
    return { rope_type: type, factor: factor || 1, original_max_position_embeddings: original };
  }
  if (type !== "linear") throw refuse("rope.scaling.type", type);
  return factor === undefined || factor === 0 || factor === 1 ? null : { rope_type: type, factor };
}

/** Errors: heads that share keys and values, in families that have none. */
function checkOwnKeys({ number, refuse }: Fields): void {
  const heads = number("attention.head_count");
  const own = number("attention.head_count_kv", heads);
  if (own !== heads) throw refuse("attention.head_count_kv", String(own));
}

function gpt2Config(fields: Fields): Record<string, unknown> {
  checkOwnKeys(fields);
  const { number, vocabularySize, isHeadTied } = fields;
  return {
    model_type: "gpt2",
    n_embd: number("embedding_length"),
    n_head: number("attention.head_count"),
    n_layer: number("block_count"),
    n_inner: number("feed_forward_length"),
    n_positions: number("context_length"),
    layer_norm_epsilon: number("attention.layer_norm_epsilon"),
    vocab_size: vocabularySize,
    tie_word_embeddings: isHeadTied,
  };
}

/** StarCoder 2: layer norm, and biases on all layers or none. */
function starcoder2Config(fields: Fields): Record<string, unknown> {
  const { number, hasInLayers } = fields;
  return {
    ...llamaConfig("starcoder2", fields),
    norm_epsilon: number("attention.layer_norm_epsilon"),
    use_bias: hasInLayers("attn_q.bias"),
  };
}

/** GPT-NeoX: part of each head turns. The activation is built into llama.cpp. */
function neoxConfig(fields: Fields): Record<string, unknown> {
  const { number, flag, hasInLayers, vocabularySize, isHeadTied } = fields;
  const headDim = defaultHeadDim(fields);
  for (const key of ["attention.key_length", "attention.value_length"]) checkWidth(fields, key, headDim);
  checkOwnKeys(fields);
  const turned = number("rope.dimension_count", headDim);
  return {
    model_type: "gpt_neox",
    hidden_size: number("embedding_length"),
    intermediate_size: number("feed_forward_length"),
    num_hidden_layers: number("block_count"),
    num_attention_heads: number("attention.head_count"),
    max_position_embeddings: number("context_length"),
    layer_norm_eps: number("attention.layer_norm_epsilon"),
    rotary_emb_base: number("rope.freq_base", 10000),
    ...(headDim && turned ? { rotary_pct: turned / headDim } : {}),
    rope_scaling: ropeScaling(fields),
    use_parallel_residual: flag("use_parallel_residual") ?? true,
    attention_bias: hasInLayers("attn_qkv.bias"),
    hidden_act: "gelu",
    vocab_size: vocabularySize,
    tie_word_embeddings: isHeadTied,
  };
}

/** Gemma 3: puts what llama.cpp hard-codes into config.json. */
function gemma3Config(fields: Fields): Record<string, unknown> {
  return {
    ...llamaConfig("gemma3_text", fields),
    hidden_activation: "gelu_pytorch_tanh",
    query_pre_attn_scalar: fields.number("attention.key_length"),
    rope_theta: fields.number("rope.freq_base", 1_000_000),
    rope_local_base_freq: fields.number("rope.freq_base_swa", 10_000),
    sliding_window: fields.number("attention.sliding_window"),
    ...slidingLayers(fields),
  };
}

/** Every sixth layer has full attention unless the file says otherwise. */
function slidingLayers({ numberOrNumbers }: Fields): Record<string, unknown> {
  const pattern = numberOrNumbers("attention.sliding_window_pattern") ?? 6;
  if (typeof pattern === "number") return { sliding_window_pattern: pattern };
  return { layer_types: pattern.map((slides) => (slides ? "sliding_attention" : "full_attention")) };
}

/** Phi-3: partial rotary dimensions, and LongRoPE's divisors as tensors. */
function phi3Config(fields: Fields): Record<string, unknown> {
  const { number, text, ropeDivisors, refuse } = fields;
  const headDim = number("attention.key_length", defaultHeadDim(fields));
  checkWidth(fields, "attention.value_length", headDim);
  const turned = number("rope.dimension_count", headDim);
  const type = text("rope.scaling.type");
  if (type !== null && type !== "none" && type !== "longrope") throw refuse("rope.scaling.type", type);
  const original = number("rope.scaling.original_context_length", number("context_length"));
  return {
    ...decoderConfig("phi3", fields, headDim),
    ...(headDim && turned ? { partial_rotary_factor: turned / headDim } : {}),
    original_max_position_embeddings: original,
    rope_scaling: ropeDivisors && {
      rope_type: "longrope",
      short_factor: ropeDivisors.short,
      long_factor: ropeDivisors.long,
      attention_factor: number("rope.scaling.attn_factor", 1),
      original_max_position_embeddings: original,
    },
  };
}

/** Granite: llama.cpp applies these factors if present. */
function graniteConfig(fields: Fields): Record<string, unknown> {
  const { number, flag, refuse } = fields;
  // Without them llama.cpp applies no positions.
  if (flag("rope.scaling.finetuned") === false) throw refuse("rope.scaling.finetuned", "false");
  const headDim = number("attention.key_length", defaultHeadDim(fields)) ?? 1;
  const factor = (key: string): number => number(key) || 1;
  return {
    ...llamaConfig("granite", fields),
    embedding_multiplier: factor("embedding_scale"),
    residual_multiplier: factor("residual_scale"),
    logits_scaling: factor("logit_scale"),
    attention_multiplier: number("attention.scale") || headDim ** -0.5,
  };
}

/** llama.cpp does not apply a window to these. */
const NO_WINDOW = ["attention.sliding_window"];

const { "blk.*.attn_norm": _before, "blk.*.ffn_norm": _between, ...namesWithoutNorms } = llamaNames;

const olmo2Names: NameTable = {
  ...namesWithoutNorms,
  "blk.*.post_attention_norm": "model.layers.*.post_attention_layernorm",
  "blk.*.post_ffw_norm": "model.layers.*.post_feedforward_layernorm",
};

/** Architectures by `general.architecture`. Mistral's models use "llama". */
export const architectures: Readonly<Record<string, Architecture>> = {
  llama: {
    config: (fields) => llamaConfig("llama", fields),
    names: llamaNames,
    hasInterleavedHeads: true,
    ignoredKeys: NO_WINDOW,
  },
  qwen2: { config: (fields) => llamaConfig("qwen2", fields), names: llamaNames, ignoredKeys: NO_WINDOW },
  qwen3: { config: (fields) => llamaConfig("qwen3", fields), names: llamaNames, ignoredKeys: NO_WINDOW },
  gemma3: {
    config: gemma3Config,
    names: {
      ...llamaNames,
      "blk.*.post_attention_norm": "model.layers.*.post_attention_layernorm",
      "blk.*.ffn_norm": "model.layers.*.pre_feedforward_layernorm",
      "blk.*.post_ffw_norm": "model.layers.*.post_feedforward_layernorm",
    },
    normOffset: 1,
  },
  phi3: {
    config: phi3Config,
    names: {
      ...llamaNames,
      "blk.*.attn_qkv": "model.layers.*.self_attn.qkv_proj",
      "blk.*.ffn_up": "model.layers.*.mlp.gate_up_proj",
    },
    // llama.cpp reads the key and then ignores it.
    ignoredKeys: NO_WINDOW,
  },
  granite: { config: graniteConfig, names: llamaNames, hasInterleavedHeads: true },
  // Every fourth layer has no positions, as in the family.
  smollm3: {
    config: (fields) => llamaConfig("smollm3", fields),
    names: llamaNames,
    hasInterleavedHeads: true,
  },
  olmo2: {
    config: (fields) => llamaConfig("olmo2", fields),
    names: olmo2Names,
  },
  starcoder2: {
    config: starcoder2Config,
    names: {
      ...llamaNames,
      "blk.*.ffn_up": "model.layers.*.mlp.c_fc",
      "blk.*.ffn_down": "model.layers.*.mlp.c_proj",
    },
    ignoredKeys: NO_WINDOW,
  },
  gptneox: {
    config: neoxConfig,
    names: {
      token_embd: "gpt_neox.embed_in",
      output_norm: "gpt_neox.final_layer_norm",
      output: "lm_head",
      "blk.*.attn_norm": "gpt_neox.layers.*.input_layernorm",
      "blk.*.attn_qkv": "gpt_neox.layers.*.attention.query_key_value",
      "blk.*.attn_output": "gpt_neox.layers.*.attention.dense",
      "blk.*.ffn_norm": "gpt_neox.layers.*.post_attention_layernorm",
      "blk.*.ffn_up": "gpt_neox.layers.*.mlp.dense_h_to_4h",
      "blk.*.ffn_down": "gpt_neox.layers.*.mlp.dense_4h_to_h",
    },
    gathered: ["attn_qkv"],
  },
  gpt2: {
    config: gpt2Config,
    names: {
      token_embd: "transformer.wte",
      position_embd: "transformer.wpe",
      output_norm: "transformer.ln_f",
      output: "lm_head",
      "blk.*.attn_norm": "transformer.h.*.ln_1",
      "blk.*.attn_qkv": "transformer.h.*.attn.c_attn",
      "blk.*.attn_output": "transformer.h.*.attn.c_proj",
      "blk.*.ffn_norm": "transformer.h.*.ln_2",
      "blk.*.ffn_up": "transformer.h.*.mlp.c_fc",
      "blk.*.ffn_down": "transformer.h.*.mlp.c_proj",
    },
    transposed: ["attn_qkv", "attn_output", "ffn_up", "ffn_down"],
  },
};
