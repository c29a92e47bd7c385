import type { ModelSpec } from "../../engine/nn/model-spec";
import type { RopeSpec } from "../../engine/nn/rope-table";
import { architectures } from "../../formats/gguf/architectures";
import type { NameTable } from "../../formats/gguf/names";
import { type GgufEntry, ggufEntry } from "../../formats/gguf/writer";
import type { Problem } from "../../lib/problems/problem";
import { shortestWindow } from "../shortest-window";
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
  /** Divisors of the rotary frequencies by tensor name; llama.cpp reads them as tensors. */
  readonly ropeFactors: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
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
  gemma3: (spec) => ({ ...plainTarget("gemma3", spec, partNames(spec)), normOffset: 1 }),
  phi3: (spec) => ({ ...plainTarget("phi3", spec), ropeFactors: longRopeFactors(spec) }),
  granite: graniteTarget,
  smollm3: (spec) => mixedTarget("smollm3", spec),
  olmo2: (spec) => plainTarget("olmo2", spec),
  starcoder2: (spec) => plainTarget("starcoder2", spec),
  gpt_neox: neoxTarget,
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
    ropeFactors: new Map(),
  };
}

/** The names of a language model nested in a multimodal one. */
function partNames({ textPart }: ModelSpec): NameTable {
  const names = architectures.gemma3?.names ?? {};
  if (!textPart) return names;
  const { path, ownPath } = textPart;
  const moved = (name: string): string =>
    name.startsWith(ownPath) ? path + name.slice(ownPath.length) : name;
  return Object.fromEntries(Object.entries(names).map(([part, name]) => [part, moved(name)]));
}

function neoxTarget(spec: ModelSpec): GgufTarget {
  const target = plainTarget("gptneox", spec);
  const isParallel = spec.blocks.every((block) => block.isParallel);
  return {
    ...target,
    rowOrder: (part) => (part === "attn_qkv" ? bloomRow(spec.heads, spec.headDim) : null),
    entries: [...target.entries, ggufEntry("gptneox.use_parallel_residual", { bool: isParallel })],
  };
}

function graniteTarget(spec: ModelSpec): GgufTarget {
  const target = mixedTarget("granite", spec);
  const factors = {
    embedding_scale: spec.inputScale ?? 1,
    residual_scale: spec.residualScale ?? 1,
    logit_scale: 1 / (spec.logitScale ?? 1),
    "attention.scale": spec.attentionScale ?? spec.headDim ** -0.5,
  };
  const entries = Object.entries(factors).map(([key, f32]) => ggufEntry(`granite.${key}`, { f32 }));
  return { ...target, entries: [...target.entries, ...entries] };
}

function llamaTarget(spec: ModelSpec): GgufTarget {
  return mixedTarget("llama", spec);
}

/** Llama and similar families: rows of q and k are permuted, and Llama 3's rotary scaling is a tensor. */
function mixedTarget(architecture: string, spec: ModelSpec): GgufTarget {
  const heads: Readonly<Record<string, number>> = { attn_q: spec.heads, attn_k: spec.keyValueHeads };
  return {
    ...plainTarget(architecture, spec),
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
  u32("context_length", contextLength(spec));
  u32("embedding_length", spec.hiddenSize);
  u32("feed_forward_length", block?.mlp.down.inFeatures ?? 0);
  u32("attention.head_count", spec.heads);
  u32("attention.head_count_kv", spec.keyValueHeads);
  u32("vocab_size", spec.vocabularySize);
  const norm = block?.attentionNorm ?? block?.outputNorms?.attention;
  if (norm?.type === "rms") f32("attention.layer_norm_rms_epsilon", norm.epsilon);
  else if (norm) f32("attention.layer_norm_epsilon", norm.epsilon);
  if (spec.positions.type !== "rope") return entries;
  const [rope, local] = spec.positions.tables;
  u32("attention.key_length", spec.headDim);
  u32("attention.value_length", spec.headDim);
  u32("rope.dimension_count", rope?.dimension ?? spec.headDim);
  if (rope) entries.push(...ropeEntries(architecture, rope));
  if (architecture === "gemma3") {
    if (local) f32("rope.freq_base_swa", local.theta);
    u32(
      "attention.sliding_window",
      spec.blocks.find(({ attention }) => attention.window)?.attention.window ?? 0,
    );
  }
  return entries;
}

/** Maximum length; with LongRoPE more than can be trained here. */
function contextLength({ positions, maxPositions }: ModelSpec): number {
  const scaling = positions.type === "rope" ? positions.tables[0]?.scaling : undefined;
  return scaling?.type === "longrope" ? scaling.maxPositions : maxPositions;
}

function ropeEntries(architecture: string, { theta, scaling }: RopeSpec): GgufEntry[] {
  const entry = (key: string, value: Parameters<typeof ggufEntry>[1]): GgufEntry =>
    ggufEntry(`${architecture}.rope.${key}`, value);
  const entries = [entry("freq_base", { f32: theta })];
  if (scaling.type === "linear" || scaling.type === "yarn") {
    entries.push(entry("scaling.type", { text: scaling.type }));
    entries.push(entry("scaling.factor", { f32: scaling.factor }));
  }
  if (scaling.type === "longrope")
    entries.push(entry("scaling.attn_factor", { f32: scaling.attentionFactor }));
  if (scaling.type === "longrope" || scaling.type === "yarn")
    entries.push(entry("scaling.original_context_length", { u32: scaling.originalMaxPositions }));
  return entries;
}

function longRopeFactors({ positions }: ModelSpec): GgufTarget["ropeFactors"] {
  const scaling = positions.type === "rope" ? positions.tables[0]?.scaling : undefined;
  if (scaling?.type !== "longrope") return new Map();
  return new Map([
    ["rope_factors_long.weight", Float32Array.from(scaling.longDivisors)],
    ["rope_factors_short.weight", Float32Array.from(scaling.divisors)],
  ]);
}

/** Divisors of the rotary frequencies under Llama 3's scaling. */
function llama3Factors({ positions, headDim }: ModelSpec): GgufTarget["ropeFactors"] {
  const rope = positions.type === "rope" ? positions.tables[0] : undefined;
  if (rope?.scaling.type !== "llama3") return new Map();
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalMaxPositions } = rope.scaling;
  const factors = Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * rope.theta ** ((2 * i) / headDim);
    if (wavelength < originalMaxPositions / high) return 1;
    if (wavelength > originalMaxPositions / low) return factor;
    const smooth = (originalMaxPositions / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
  return new Map([["rope_freqs.weight", factors]]);
}

/** llama.cpp assumes full attention in every n-th layer of Gemma 3. */
const GEMMA_PATTERN = 6;
/** llama.cpp identifies Gemma 3 27B by its layer count and scales its attention differently. */
const GEMMA_27B_LAYERS = 62;

/** Interval of the layers without positions in llama.cpp's SmolLM3. */
const SMOLLM_INTERVAL = 4;

/** Families whose layers always or never have biases in llama.cpp. */
const NEEDS_BIASES: Readonly<Record<string, boolean>> = { olmo2: false, starcoder2: true, gpt_neox: true };

/** Families whose converters write Llama 3's scaling as divisors. */
const WITH_DIVISORS: ReadonlySet<string> = new Set(["llama", "granite", "smollm3"]);

/** Whether llama.cpp scales positions of this kind as transformers does. */
function hasScaling(family: string, { scaling, theta, dimension }: RopeSpec): boolean {
  if (scaling.type === "llama3") return WITH_DIVISORS.has(family);
  if (scaling.type === "longrope") return family === "phi3";
  if (scaling.type !== "yarn") return true;
  if (family.startsWith("gemma3")) return false;
  // Softcapping and attention scale are hard-coded.
  const { factor, originalMaxPositions: original } = scaling;
  const indexOf = (turns: number): number =>
    (dimension * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(0, Math.floor(indexOf(32)));
  const high = Math.min(dimension - 1, Math.ceil(indexOf(1)));
  const magnitude = factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 2e-3;
  return isNear(scaling.low, low) && isNear(scaling.high, high) && isNear(scaling.attentionFactor, magnitude);
}

/** What llama.cpp would compute differently; null if nothing. */
function differenceOf(spec: ModelSpec): Problem | null {
  const { family, positions } = spec;
  const differs = (difference: Problem<"export/differs-in-llama-cpp">["difference"]): Problem => ({
    code: "export/differs-in-llama-cpp",
    family,
    difference,
  });
  const rope = positions.type === "rope" ? positions.tables : [];
  if (rope[0] && !hasScaling(family, rope[0])) return differs("rope-scaling");
  const turns = spec.blocks.every(
    ({ attention }, layer) => (attention.ropeTable !== null) === ((layer + 1) % SMOLLM_INTERVAL !== 0),
  );
  if (family === "smollm3" && !turns) return differs("layers-without-positions");
  const needsBiases = NEEDS_BIASES[family];
  if (needsBiases !== undefined && spec.blocks.some(({ attention }) => attention.o.bias !== needsBiases))
    return differs("biases");
  if (family !== "gemma3_text" && family !== "gemma3") return null;
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

/** The sliding window, if llama.cpp ignores it for this architecture; otherwise null. */
export function ignoredWindow(spec: ModelSpec): number | null {
  return spec.family === "gemma3_text" || spec.family === "gemma3" ? null : shortestWindow(spec);
}
