import { makeRng, type Rng } from "../../src/lib/rng";
import { type Entry, f32Data, type TensorToStore } from "../support/gguf-writer";

/** A model with awkward metadata, as llama.cpp stores it. */
export interface RandomGguf {
  readonly metadata: Readonly<Record<string, Entry>>;
  readonly tensors: readonly TensorToStore[];
  readonly vocabularySize: number;
  /** Token ids of a text. */
  readonly ids: readonly number[];
}

const TOKENS = 14;

/** What is drawn for every architecture. */
interface Draw {
  readonly rng: Rng;
  readonly name: string;
  readonly sizes: Sizes;
  readonly metadata: Record<string, Entry>;
  readonly tensors: TensorToStore[];
}

interface Sizes {
  readonly vocabulary: number;
  readonly hidden: number;
  readonly inner: number;
  readonly layers: number;
  readonly heads: number;
  readonly groups: number;
  readonly headDim: number;
}

const u32 = (value: number): Entry => ({ type: "u32", value });
const f32 = (value: number): Entry => ({ type: "f32", value });
const bool = (value: boolean): Entry => ({ type: "bool", value });
const text = (value: string): Entry => ({ type: "text", value });

const pick = <T>(rng: Rng, ...items: readonly T[]): T => items[rng.integer(items.length)] as T;
const maybe = (rng: Rng, share = 0.5): boolean => rng.uniform() < share;

/** Sets a key of the architecture. */
function set({ name, metadata }: Draw, key: string, value: Entry): void {
  metadata[`${name}.${key}`] = value;
}

/** Adds a tensor with F32 values around `center`; the last size is that of a row. */
function put({ rng, tensors }: Draw, name: string, shape: readonly number[], center = 0): void {
  const count = shape.reduce((product, size) => product * size, 1);
  const scale = name.endsWith("bias") ? 0.1 : center === 1 ? 0.2 : 0.3;
  const data = f32Data(Float32Array.from({ length: count }, () => center + scale * rng.normal()));
  tensors.push({ name, type: 0, sizes: [...shape].reverse(), data });
}

const norm = (draw: Draw, name: string, width = draw.sizes.hidden): void =>
  put(draw, `${name}.weight`, [width], 1);

function matrix(draw: Draw, name: string, rows: number, columns: number, hasBias = false): void {
  put(draw, `${name}.weight`, [rows, columns]);
  if (hasBias) put(draw, `${name}.bias`, [rows]);
}

/** Attention with separate projections. */
function attention(draw: Draw, block: string, biases: { readonly qkv: boolean; readonly o: boolean }): void {
  const { hidden, heads, groups, headDim } = draw.sizes;
  matrix(draw, `${block}.attn_q`, heads * headDim, hidden, biases.qkv);
  matrix(draw, `${block}.attn_k`, groups * headDim, hidden, biases.qkv);
  matrix(draw, `${block}.attn_v`, groups * headDim, hidden, biases.qkv);
  matrix(draw, `${block}.attn_output`, hidden, heads * headDim, biases.o);
}

function gated(draw: Draw, block: string, hasBias = false): void {
  const { hidden, inner } = draw.sizes;
  matrix(draw, `${block}.ffn_gate`, inner, hidden, hasBias);
  matrix(draw, `${block}.ffn_up`, inner, hidden, hasBias);
  matrix(draw, `${block}.ffn_down`, hidden, inner, hasBias);
}

/** Positions as files of all ages have them. */
function rope(draw: Draw): void {
  const { rng } = draw;
  if (maybe(rng, 0.7)) set(draw, "rope.freq_base", f32(pick(rng, 50, 10000, 1e6)));
  const kind = pick(rng, "absent", "none", "linear", "bare", "old", "yarn");
  if (kind === "none" || kind === "linear" || kind === "yarn") set(draw, "rope.scaling.type", text(kind));
  if (kind === "linear" || kind === "bare") set(draw, "rope.scaling.factor", f32(pick(rng, 0, 1, 2.5, 8)));
  if (kind === "old") set(draw, "rope.scale_linear", f32(pick(rng, 1, 4)));
  if (kind !== "yarn") return;
  set(draw, "rope.scaling.factor", f32(pick(rng, 1.5, 4)));
  set(draw, "rope.scaling.original_context_length", u32(pick(rng, 32, 64, 128)));
  // Without it llama.cpp gives Granite no positions.
  if (maybe(rng)) set(draw, "rope.scaling.finetuned", bool(draw.name === "granite" || maybe(rng)));
}

/**
 * Sizes, the parts around the blocks, and keys that change nothing. `ownKeys`: each query head has keys of its own;
 * `whole`: the heads together have the hidden size.
 */
function begin(
  name: string,
  rng: Rng,
  form: { readonly ownKeys?: boolean; readonly whole?: boolean } = {},
): Draw {
  const groups = pick(rng, 1, 2, 3);
  const heads = form.ownKeys ? groups : groups * pick(rng, 1, 1, 2, 3);
  const headDim = pick(rng, 2, 4, 6, 10, 12);
  const isOwnWidth = maybe(rng) && !form.ownKeys && !form.whole;
  const hidden = isOwnWidth ? pick(rng, 12, 20, 30) * heads : headDim * heads;
  const sizes = {
    vocabulary: pick(rng, 31, 64, 97, 131),
    hidden,
    inner: pick(rng, 7, 12, 45),
    layers: pick(rng, 1, 2, 5),
    heads,
    groups,
    headDim,
  };
  const draw: Draw = { rng, name, sizes, metadata: { "general.architecture": text(name) }, tensors: [] };
  set(draw, "embedding_length", u32(sizes.hidden));
  set(draw, "block_count", u32(sizes.layers));
  set(draw, "feed_forward_length", u32(sizes.inner));
  set(draw, "context_length", u32(512));
  set(draw, "attention.head_count", u32(heads));
  if (groups !== heads || maybe(rng)) set(draw, "attention.head_count_kv", u32(groups));
  if (maybe(rng)) set(draw, "vocab_size", u32(sizes.vocabulary));
  if (maybe(rng, 0.2)) set(draw, "expert_count", u32(0));
  if (maybe(rng, 0.2)) set(draw, "attention.causal", bool(true));
  Object.assign(draw.metadata, vocabulary(rng, sizes.vocabulary));
  put(draw, "token_embd.weight", [sizes.vocabulary, sizes.hidden]);
  norm(draw, "output_norm");
  if (maybe(rng)) matrix(draw, "output", sizes.vocabulary, sizes.hidden);
  return draw;
}

function vocabulary(rng: Rng, count: number): Record<string, Entry> {
  return {
    "tokenizer.ggml.model": text("gpt2"),
    "tokenizer.ggml.pre": text("gpt-2"),
    "tokenizer.ggml.tokens": { type: "texts", value: Array.from({ length: count }, (_, id) => `t${id}`) },
    "tokenizer.ggml.token_type": {
      type: "ints",
      value: Array.from({ length: count }, (_, id) => (id === 0 ? 3 : 1)),
    },
    "tokenizer.ggml.merges": { type: "texts", value: [] },
    "tokenizer.ggml.eos_token_id": u32(0),
    ...(maybe(rng, 0.3) && { "tokenizer.ggml.padding_token_id": u32(rng.integer(count)) }),
    ...(maybe(rng, 0.3) && { "tokenizer.ggml.add_bos_token": bool(false) }),
  };
}

/** Widths of heads that are not the hidden size by heads. */
function headWidths(draw: Draw): void {
  const { hidden, heads, headDim } = draw.sizes;
  if (headDim * heads === hidden && maybe(draw.rng)) return;
  set(draw, "attention.key_length", u32(headDim));
  set(draw, "attention.value_length", u32(headDim));
  set(draw, "rope.dimension_count", u32(headDim));
}

const rmsEps = (draw: Draw): void =>
  set(draw, "attention.layer_norm_rms_epsilon", f32(pick(draw.rng, 1e-6, 1e-5, 0.01)));
const layerEps = (draw: Draw): void =>
  set(draw, "attention.layer_norm_epsilon", f32(pick(draw.rng, 1e-5, 0.01)));

const blocks = (draw: Draw, build: (block: string, layer: number) => void): Draw => {
  for (let layer = 0; layer < draw.sizes.layers; layer++) build(`blk.${layer}`, layer);
  return draw;
};

/** Llama and what is like it. Hugging Face's Llama has biases on all of a part's projections, or on none. */
function llamaLike(
  name: string,
  rng: Rng,
  has: { readonly biases?: "drawn" | "qkv"; readonly headNorms?: boolean } = {},
): Draw {
  const draw = begin(name, rng);
  headWidths(draw);
  rmsEps(draw);
  rope(draw);
  const o = has.biases === "drawn" && maybe(rng, 0.3);
  const mlp = has.biases === "drawn" && maybe(rng, 0.3);
  return blocks(draw, (block) => {
    norm(draw, `${block}.attn_norm`);
    attention(draw, block, { qkv: o || has.biases === "qkv", o });
    if (has.headNorms)
      for (const part of ["q", "k"]) norm(draw, `${block}.attn_${part}_norm`, draw.sizes.headDim);
    norm(draw, `${block}.ffn_norm`);
    gated(draw, block, mlp);
  });
}

function granite(rng: Rng): Draw {
  const draw = llamaLike("granite", rng);
  for (const [key, values] of [
    ["embedding_scale", [12, 0.5]],
    ["residual_scale", [0.22, 1]],
    ["attention.scale", [0.015625, 0.5]],
  ] as const)
    if (maybe(rng, 0.7)) set(draw, key, f32(pick(rng, 0, ...values)));
  // llama.cpp requires this one.
  set(draw, "logit_scale", f32(pick(rng, 8, 3)));
  return draw;
}

function olmo2(rng: Rng): Draw {
  const draw = begin("olmo2", rng);
  headWidths(draw);
  rmsEps(draw);
  rope(draw);
  const { heads, groups, headDim } = draw.sizes;
  return blocks(draw, (block) => {
    attention(draw, block, { qkv: false, o: false });
    norm(draw, `${block}.attn_q_norm`, heads * headDim);
    norm(draw, `${block}.attn_k_norm`, groups * headDim);
    norm(draw, `${block}.post_attention_norm`);
    gated(draw, block);
    norm(draw, `${block}.post_ffw_norm`);
  });
}

function gemma3(rng: Rng): Draw {
  const draw = begin("gemma3", rng);
  const { headDim } = draw.sizes;
  set(draw, "attention.key_length", u32(headDim));
  set(draw, "attention.value_length", u32(headDim));
  set(draw, "attention.sliding_window", u32(pick(rng, 1, 4, 9, 512)));
  if (maybe(rng)) set(draw, "rope.freq_base", f32(pick(rng, 500, 1e6)));
  if (maybe(rng, 0.3)) set(draw, "rope.scaling.factor", f32(pick(rng, 1, 8)));
  rmsEps(draw);
  return blocks(draw, (block) => {
    norm(draw, `${block}.attn_norm`);
    attention(draw, block, { qkv: false, o: false });
    for (const part of ["q", "k"]) norm(draw, `${block}.attn_${part}_norm`, headDim);
    norm(draw, `${block}.post_attention_norm`);
    norm(draw, `${block}.ffn_norm`);
    gated(draw, block);
    norm(draw, `${block}.post_ffw_norm`);
  });
}

function phi3(rng: Rng): Draw {
  const draw = begin("phi3", rng, { whole: true });
  const { hidden, inner, heads, groups, headDim } = draw.sizes;
  set(draw, "attention.key_length", u32(headDim));
  set(draw, "attention.value_length", u32(headDim));
  const turned = headDim > 4 && maybe(rng) ? headDim - 2 : headDim;
  set(draw, "rope.dimension_count", u32(turned));
  if (maybe(rng)) set(draw, "rope.freq_base", f32(pick(rng, 50, 10000)));
  if (maybe(rng, 0.4)) {
    for (const length of ["short", "long"]) put(draw, `rope_factors_${length}.weight`, [turned / 2], 1);
    for (const tensor of draw.tensors.slice(-2)) {
      const values = new Float32Array(tensor.data.buffer);
      values.forEach((value, i) => (values[i] = 1 + Math.abs(value - 1)));
    }
    set(draw, "rope.scaling.original_context_length", u32(512));
    if (maybe(rng)) set(draw, "rope.scaling.attn_factor", f32(pick(rng, 1, 1.2)));
  }
  rmsEps(draw);
  if (maybe(rng, 0.3)) set(draw, "attention.sliding_window", u32(4));
  return blocks(draw, (block) => {
    norm(draw, `${block}.attn_norm`);
    matrix(draw, `${block}.attn_qkv`, (heads + 2 * groups) * headDim, hidden);
    matrix(draw, `${block}.attn_output`, hidden, heads * headDim);
    norm(draw, `${block}.ffn_norm`);
    matrix(draw, `${block}.ffn_up`, 2 * inner, hidden);
    matrix(draw, `${block}.ffn_down`, hidden, inner);
  });
}

/** A norm with a bias. */
function layerNorm(draw: Draw, name: string): void {
  norm(draw, name);
  put(draw, `${name}.bias`, [draw.sizes.hidden]);
}

function starcoder2(rng: Rng): Draw {
  const draw = begin("starcoder2", rng);
  const { hidden, inner } = draw.sizes;
  put(draw, "output_norm.bias", [hidden]);
  headWidths(draw);
  layerEps(draw);
  rope(draw);
  return blocks(draw, (block) => {
    layerNorm(draw, `${block}.attn_norm`);
    attention(draw, block, { qkv: true, o: true });
    layerNorm(draw, `${block}.ffn_norm`);
    matrix(draw, `${block}.ffn_up`, inner, hidden, true);
    matrix(draw, `${block}.ffn_down`, hidden, inner, true);
  });
}

function gptneox(rng: Rng): Draw {
  const draw = begin("gptneox", rng, { ownKeys: true });
  const { hidden, inner, headDim } = draw.sizes;
  put(draw, "output_norm.bias", [hidden]);
  if (!draw.tensors.some(({ name }) => name === "output.weight"))
    matrix(draw, "output", draw.sizes.vocabulary, hidden);
  layerEps(draw);
  set(draw, "rope.dimension_count", u32(headDim > 4 && maybe(rng) ? headDim - 2 : headDim));
  set(draw, "use_parallel_residual", bool(maybe(rng)));
  if (maybe(rng, 0.3)) set(draw, "rope.freq_base", f32(50));
  return blocks(draw, (block) => {
    layerNorm(draw, `${block}.attn_norm`);
    matrix(draw, `${block}.attn_qkv`, 3 * hidden, hidden, true);
    matrix(draw, `${block}.attn_output`, hidden, hidden, true);
    layerNorm(draw, `${block}.ffn_norm`);
    matrix(draw, `${block}.ffn_up`, inner, hidden, true);
    matrix(draw, `${block}.ffn_down`, hidden, inner, true);
  });
}

function gpt2(rng: Rng): Draw {
  const draw = begin("gpt2", rng, { ownKeys: true });
  const { hidden, inner } = draw.sizes;
  put(draw, "output_norm.bias", [hidden]);
  put(draw, "position_embd.weight", [512, hidden]);
  layerEps(draw);
  return blocks(draw, (block) => {
    layerNorm(draw, `${block}.attn_norm`);
    matrix(draw, `${block}.attn_qkv`, 3 * hidden, hidden, true);
    matrix(draw, `${block}.attn_output`, hidden, hidden, true);
    layerNorm(draw, `${block}.ffn_norm`);
    matrix(draw, `${block}.ffn_up`, inner, hidden, true);
    matrix(draw, `${block}.ffn_down`, hidden, inner, true);
  });
}

const makers: Readonly<Record<string, (rng: Rng) => Draw>> = {
  llama: (rng) => llamaLike("llama", rng, { biases: "drawn" }),
  qwen2: (rng) => llamaLike("qwen2", rng, { biases: "qkv" }),
  qwen3: (rng) => llamaLike("qwen3", rng, { headNorms: true }),
  smollm3: (rng) => llamaLike("smollm3", rng),
  granite,
  olmo2,
  gemma3,
  phi3,
  starcoder2,
  gptneox,
  gpt2,
};

/** Architectures that are drawn. */
export const RANDOM_ARCHITECTURES: readonly string[] = Object.keys(makers);

/** The model of an architecture and seed. */
export function randomGguf(architecture: string, seed: number): RandomGguf {
  const rng = makeRng(seed, RANDOM_ARCHITECTURES.indexOf(architecture));
  const make = makers[architecture];
  if (!make) throw new Error(`no architecture ${architecture}`);
  const { metadata, tensors, sizes } = make(rng);
  const ids = Array.from({ length: TOKENS }, () => 1 + rng.integer(sizes.vocabulary - 1));
  return { metadata, tensors, vocabularySize: sizes.vocabulary, ids };
}
