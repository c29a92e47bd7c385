import type { ModelSpec } from "../../engine/nn/model-spec";
import { architectures } from "../../formats/gguf/architectures";
import type { NameTable } from "../../formats/gguf/names";
import { type GgufEntry, ggufEntry } from "../../formats/gguf/writer";
import type { Problem } from "../../lib/problems/problem";
import { bloomRow, interleavedRow, type RowOrder } from "./row-order";

/** How a family is written for llama.cpp. */
export interface GgufTarget {
  /** `general.architecture`. */
  readonly architecture: string;
  readonly names: NameTable;
  /** Row permutation of a module's weight and bias; null if unchanged. */
  rowOrder(part: string): RowOrder | null;
  /** Offset added to norm weights, relative to Hugging Face. */
  readonly normOffset: number;
  /** Metadata under the architecture's prefix. */
  readonly entries: readonly GgufEntry[];
  /** Rotary frequency divisors, a tensor in llama.cpp; null if not needed. */
  readonly ropeFactors: Float32Array<ArrayBuffer> | null;
}

type Describe = (spec: ModelSpec) => GgufTarget;

const bloomNames: NameTable = {
  token_embd: "transformer.word_embeddings",
  token_embd_norm: "transformer.word_embeddings_layernorm",
  output_norm: "transformer.ln_f",
  output: "lm_head",
  "blk.*.attn_norm": "transformer.h.*.input_layernorm",
  "blk.*.attn_qkv": "transformer.h.*.self_attention.query_key_value",
  "blk.*.attn_output": "transformer.h.*.self_attention.dense",
  "blk.*.ffn_norm": "transformer.h.*.post_attention_layernorm",
  "blk.*.ffn_up": "transformer.h.*.mlp.dense_h_to_4h",
  "blk.*.ffn_down": "transformer.h.*.mlp.dense_4h_to_h",
};

const targets: Readonly<Record<string, Describe>> = {
  llama: llamaTarget,
  mistral: llamaTarget,
  qwen2: (spec) => plainTarget("qwen2", spec),
  qwen3: (spec) => plainTarget("qwen3", spec),
  gemma3_text: (spec) => ({ ...plainTarget("gemma3", spec), normOffset: 1 }),
  gpt2: (spec) => plainTarget("gpt2", spec),
  bloom: (spec) => ({
    ...plainTarget("bloom", spec, bloomNames),
    rowOrder: (part) => (part === "attn_qkv" ? bloomRow(spec.heads, spec.headDim) : null),
  }),
};

/** How the model is written for llama.cpp, or why that is impossible. */
export function ggufTarget(spec: ModelSpec): GgufTarget | Problem {
  const { family } = spec;
  const describe = Object.hasOwn(targets, family) ? targets[family] : undefined;
  if (!describe) return { code: "export/family-not-in-llama-cpp", family };
  return differenceOf(spec) ?? describe(spec);
}

/** {@link ggufTarget}, with null if impossible. */
export function usableTarget(spec: ModelSpec): GgufTarget | null {
  const target = ggufTarget(spec);
  return "code" in target ? null : target;
}

function plainTarget(architecture: string, spec: ModelSpec, names?: NameTable): GgufTarget {
  return {
    architecture,
    names: names ?? architectures[architecture]?.names ?? {},
    rowOrder: () => null,
    normOffset: 0,
    entries: entriesOf(architecture, spec),
    ropeFactors: null,
  };
}

/** Llama and Mistral: q and k rows are interleaved, and Llama 3's RoPE scaling is a tensor. */
function llamaTarget(spec: ModelSpec): GgufTarget {
  const heads: Readonly<Record<string, number>> = { attn_q: spec.heads, attn_k: spec.keyValueHeads };
  return {
    ...plainTarget("llama", spec),
    rowOrder: (part) => (part in heads ? interleavedRow(spec.headDim) : null),
    ropeFactors: llama3Factors(spec),
  };
}

function entriesOf(architecture: string, spec: ModelSpec): GgufEntry[] {
  const [block] = spec.blocks;
  const entries: GgufEntry[] = [];
  const u32 = (key: string, value: number): void => {
    entries.push(ggufEntry(`${architecture}.${key}`, { u32: value }));
  };
  const f32 = (key: string, value: number): void => {
    entries.push(ggufEntry(`${architecture}.${key}`, { f32: value }));
  };
  u32("block_count", spec.blocks.length);
  u32("context_length", spec.maxPositions);
  u32("embedding_length", spec.hiddenSize);
  u32("feed_forward_length", block?.mlp.up.outFeatures ?? 0);
  u32("attention.head_count", spec.heads);
  u32("attention.head_count_kv", spec.keyValueHeads);
  u32("vocab_size", spec.vocabularySize);
  const norm = block?.attentionNorm;
  if (norm?.type === "rms") f32("attention.layer_norm_rms_epsilon", norm.epsilon);
  else if (norm) f32("attention.layer_norm_epsilon", norm.epsilon);
  if (spec.positions.type !== "rope") return entries;
  const [rope, local] = spec.positions.tables;
  u32("attention.key_length", spec.headDim);
  u32("attention.value_length", spec.headDim);
  u32("rope.dimension_count", spec.headDim);
  if (rope) {
    f32("rope.freq_base", rope.theta);
    if (rope.scaling.type === "linear") {
      entries.push(ggufEntry(`${architecture}.rope.scaling.type`, { text: "linear" }));
      f32("rope.scaling.factor", rope.scaling.factor);
    }
  }
  if (architecture === "gemma3") {
    if (local) f32("rope.freq_base_swa", local.theta);
    u32(
      "attention.sliding_window",
      spec.blocks.find(({ attention }) => attention.window)?.attention.window ?? 0,
    );
  }
  return entries;
}

/** Rotary frequency divisors of Llama 3's scaling. */
function llama3Factors({ positions, headDim }: ModelSpec): Float32Array<ArrayBuffer> | null {
  const rope = positions.type === "rope" ? positions.tables[0] : undefined;
  if (rope?.scaling.type !== "llama3") return null;
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalMaxPositions } = rope.scaling;
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * rope.theta ** ((2 * i) / headDim);
    if (wavelength < originalMaxPositions / high) return 1;
    if (wavelength > originalMaxPositions / low) return factor;
    const smooth = (originalMaxPositions / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/** llama.cpp assumes full attention in every n-th layer of Gemma 3. */
const GEMMA_PATTERN = 6;
/** llama.cpp identifies Gemma 3 27B by its layer count and scales its attention differently. */
const GEMMA_27B_LAYERS = 62;

/** Why llama.cpp would compute different results, or null. */
function differenceOf(spec: ModelSpec): Problem | null {
  const { family, positions } = spec;
  const differs = (difference: Problem<"export/differs-in-llama-cpp">["difference"]): Problem => ({
    code: "export/differs-in-llama-cpp",
    family,
    difference,
  });
  const rope = positions.type === "rope" ? positions.tables : [];
  if (rope[0]?.scaling.type === "llama3" && family !== "llama") return differs("rope-scaling");
  if (family !== "gemma3_text") return null;
  const scale = spec.headDim ** -0.5;
  if (
    Math.abs((spec.attentionScale ?? scale) - scale) > 1e-6 * scale ||
    spec.blocks.length === GEMMA_27B_LAYERS
  )
    return differs("attention-scale");
  const fits = spec.blocks.every(
    ({ attention }, layer) => ((layer + 1) % GEMMA_PATTERN !== 0) === (attention.window !== undefined),
  );
  if (!fits) return differs("window-pattern");
  if (rope[1] && rope[1].scaling.type !== "default") return differs("rope-scaling");
  return null;
}

/** The sliding window that llama.cpp ignores for an architecture; null if none. */
export function ignoredWindow({ family, blocks, maxPositions }: ModelSpec): number | null {
  if (family === "gemma3_text") return null;
  const windows = blocks.flatMap(({ attention }) => attention.window ?? []);
  const least = Math.min(...windows);
  return least < maxPositions ? least : null;
}
