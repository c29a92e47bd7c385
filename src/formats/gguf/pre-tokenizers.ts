/** How a byte-level BPE prepares text, by the name that llama.cpp gives it in `tokenizer.ggml.pre`. */
export interface ByteLevelParts {
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  /** Whether a word that is a token needs no merges. */
  readonly ignoresMerges: boolean;
  /** Whether a start token stands in front where the file does not say. */
  readonly addsStart: boolean;
}

const gpt2Words = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const bytesOnly = { ...gpt2Words, use_regex: false };

/** Words by an expression, then bytes. */
function words(expression: string): unknown {
  const split = { type: "Split", pattern: { Regex: expression }, behavior: "Isolated", invert: false };
  return { type: "Sequence", pretokenizers: [split, bytesOnly] };
}

const digitsApart = {
  type: "Sequence",
  pretokenizers: [{ type: "Digits", individual_digits: true }, gpt2Words],
};

/** GPT-4's expression with numbers of up to `digits` digits. */
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
const qwen2: ByteLevelParts = { ...plain, pre_tokenizer: gpt4Words(""), normalizer: { type: "NFC" } };

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
  qwen2,
  "deepseek-r1-qwen": qwen2,
};

/** The parts of that name, or null when it is not known. */
export function byteLevelParts(name: string): ByteLevelParts | null {
  return (Object.hasOwn(known, name) ? known[name] : null) ?? null;
}
