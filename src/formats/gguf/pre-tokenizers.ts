import { isRecord } from "../../lib/json";

/** Text preparation of a byte-level BPE, identified by `tokenizer.ggml.pre`. */
export interface ByteLevelParts {
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  /** Whether words in the vocabulary bypass merges. */
  readonly ignoresMerges: boolean;
  /** Whether a BOS token is added if the file does not say. */
  readonly addsStart: boolean;
}

const gpt2Words = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const bytesOnly = { ...gpt2Words, use_regex: false };

/** Splits by a regex, then maps to bytes. */
function words(expression: string): unknown {
  const split = { type: "Split", pattern: { Regex: expression }, behavior: "Isolated", invert: false };
  return { type: "Sequence", pretokenizers: [split, bytesOnly] };
}

const digitsApart = {
  type: "Sequence",
  pretokenizers: [{ type: "Digits", individual_digits: true }, gpt2Words],
};

/** GPT-4's regex with groups of up to `digits` digits. */
function gpt4Words(digits: string): unknown {
  return words(
    `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  );
}

const plain = { normalizer: null, ignoresMerges: false, addsStart: false };
const gpt2: ByteLevelParts = { ...plain, pre_tokenizer: gpt2Words };
const starcoder: ByteLevelParts = { ...plain, pre_tokenizer: digitsApart };
const llama3: ByteLevelParts = {
  ...plain,
  pre_tokenizer: gpt4Words("{1,3}"),
  ignoresMerges: true,
  addsStart: true,
};
const gpt4: ByteLevelParts = { ...plain, pre_tokenizer: gpt4Words("{1,3}") };
const qwen2: ByteLevelParts = { ...plain, pre_tokenizer: gpt4Words(""), normalizer: { type: "NFC" } };

/** BLOOM's regex: runs between spaces and some punctuation. */
const bloom: ByteLevelParts = { ...plain, pre_tokenizer: words(" ?[^(\\s|[.,!?…。，、।۔،])]+") };

const known: Readonly<Record<string, ByteLevelParts>> = {
  default: gpt2,
  "gpt-2": gpt2,
  "phi-2": gpt2,
  smollm: starcoder,
  starcoder,
  refact: starcoder,
  "command-r": starcoder,
  "llama-bpe": llama3,
  "llama-v3": llama3,
  llama3,
  falcon3: llama3,
  dbrx: gpt4,
  "smaug-bpe": gpt4,
  qwen2,
  "deepseek-r1-qwen": qwen2,
  bloom,
  // Also GPT-NeoX's.
  olmo: { ...gpt2, normalizer: { type: "NFC" } },
};

/** The parts of a pre-tokenizer, or null if unknown. */
export function byteLevelParts(name: string): ByteLevelParts | null {
  return (Object.hasOwn(known, name) ? known[name] : null) ?? null;
}

/** llama.cpp's names, one per distinct pre-tokenizer. */
const NAMES = ["gpt-2", "smollm", "llama-bpe", "qwen2", "bloom"] as const;

/** llama.cpp's name for these parts of a tokenizer.json, or null. */
export function byteLevelName(
  parts: Pick<ByteLevelParts, "normalizer" | "pre_tokenizer" | "ignoresMerges">,
): string | null {
  const found = NAMES.find((name) => {
    const { normalizer, pre_tokenizer, ignoresMerges } = known[name] ?? gpt2;
    return (
      ignoresMerges === parts.ignoresMerges &&
      canonical(normalizer) === canonical(parts.normalizer) &&
      canonical(pre_tokenizer) === canonical(parts.pre_tokenizer)
    );
  });
  return found ?? null;
}

/** Canonical JSON: type defaults filled in, options without effect removed. */
function canonical(part: unknown): string {
  if (!isRecord(part)) return "null";
  const { type, trim_offsets: _trim, ...rest } = part;
  const defaults = type === "ByteLevel" ? { add_prefix_space: true, use_regex: true } : {};
  const inner = ["pretokenizers", "normalizers"].flatMap((key) => rest[key] ?? []);
  if (inner.length > 0) return inner.map(canonical).join(" then ");
  const fields = Object.entries({ ...defaults, ...rest }).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([type, fields]);
}
