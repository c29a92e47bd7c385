import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";

/* What becomes of every key of tokenizer.json; `tests/oracle/check_tokenizer_keys.py` looks up each one. */

/** How the keys of a component are treated. */
export interface PartKeys {
  /** Keys that are followed. */
  readonly used?: readonly string[];
  /** Keys that change neither ids nor text here. */
  readonly noEffect?: readonly string[];
  /** Keys with the values at which they change nothing; others are refused. */
  readonly refused?: Readonly<Record<string, readonly unknown[]>>;
}

/** ByteLevel's offsets are not used, and as a decoder or post-processor it has no other effect. */
const BYTE_LEVEL_OPTIONS = ["add_prefix_space", "trim_offsets", "use_regex"];
const METASPACE: PartKeys = {
  used: ["replacement", "prepend_scheme", "split"],
  // Of earlier versions, which wrote both.
  noEffect: ["str_rep", "add_prefix_space"],
};
const REPLACE: PartKeys = { used: ["pattern", "content"] };

/** Components by place and type. Types that are missing are refused. */
export const PARTS = {
  normalizer: {
    Sequence: { used: ["normalizers"] },
    BertNormalizer: { used: ["clean_text", "handle_chinese_chars", "strip_accents", "lowercase"] },
    NFC: {},
    NFD: {},
    NFKC: {},
    NFKD: {},
    Lowercase: {},
    StripAccents: {},
    Strip: { used: ["strip_left", "strip_right"] },
    Replace: REPLACE,
    Prepend: { used: ["prepend"] },
    // The map that SentencePiece makes unless it is told otherwise is part of the code.
    Precompiled: { noEffect: ["precompiled_charsmap"] },
  },
  pre_tokenizer: {
    Sequence: { used: ["pretokenizers"] },
    BertPreTokenizer: {},
    ByteLevel: { used: ["add_prefix_space", "use_regex"], noEffect: ["trim_offsets"] },
    CharDelimiterSplit: { used: ["delimiter"] },
    Digits: { used: ["individual_digits"] },
    FixedLength: { used: ["length"] },
    Metaspace: METASPACE,
    Punctuation: { used: ["behavior"] },
    Split: { used: ["pattern", "behavior", "invert"] },
    Whitespace: {},
    WhitespaceSplit: {},
  },
  post_processor: {
    Sequence: { used: ["processors"] },
    TemplateProcessing: { used: ["single", "special_tokens"], noEffect: ["pair"] },
    ByteLevel: { noEffect: BYTE_LEVEL_OPTIONS },
    BertProcessing: { used: ["sep", "cls"] },
    RobertaProcessing: { used: ["sep", "cls"], noEffect: ["trim_offsets", "add_prefix_space"] },
  },
  decoder: {
    Sequence: { used: ["decoders"] },
    ByteLevel: { noEffect: BYTE_LEVEL_OPTIONS },
    ByteFallback: {},
    Fuse: {},
    Strip: { refused: { content: [" "], start: [0, 1], stop: [0] } },
    Replace: { refused: { pattern: [{ String: "▁" }], content: [" "] } },
    Metaspace: {
      used: ["prepend_scheme", "add_prefix_space"],
      noEffect: ["split", "str_rep"],
      refused: { replacement: ["▁"] },
    },
  },
  model: {
    BPE: {
      used: [
        "vocab",
        "merges",
        "unk_token",
        "fuse_unk",
        "byte_fallback",
        "ignore_merges",
        "end_of_word_suffix",
      ],
      refused: { dropout: [0], continuing_subword_prefix: [""] },
    },
    Unigram: { used: ["vocab", "unk_id", "byte_fallback"] },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, PartKeys>>>>;

type Place = keyof typeof PARTS;

/** Lists of components within components. */
const WITHIN: readonly string[] = ["normalizers", "pretokenizers", "processors", "decoders"];

/** Files of early versions do not name the type of their model. */
function unnamedModel({ vocab }: Readonly<Record<string, unknown>>): string {
  return Array.isArray(vocab) ? "Unigram" : "BPE";
}

/** Special token attributes, available to templates under these names. */
export const SPECIAL_TOKENS = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;

/** Keys of tokenizer_config.json and special_tokens_map.json. */
export const CONFIG_KEYS = {
  used: [
    ...SPECIAL_TOKENS,
    "additional_special_tokens",
    "extra_special_tokens",
    "added_tokens_decoder",
    "chat_template",
  ],
  noEffect: [
    // Which class, from which files, and how it reports.
    "tokenizer_class",
    "name_or_path",
    "processor_class",
    "backend",
    "verbose",
    "files_loaded",
    "tokenizer_file",
    "vocab_file",
    "vocab",
    "merges_file",
    "merges",
    "fix_mistral_regex",
    // Lengths and padding are the studio's.
    "model_max_length",
    "max_len",
    "padding_side",
    "truncation_side",
    "model_input_names",
    "pad_to_multiple_of",
    "pad_token_type_id",
    // tokenizer.json has what these were when it was written; its post-processor says what is added to a text.
    "add_bos_token",
    "add_eos_token",
    "unk_id",
    "use_default_system_prompt",
    // Names for tokens that are in the vocabulary, and how answers and roles are told from them.
    "model_specific_special_tokens",
    "response_schema",
    "response_template",
    "chat_control_tokens",
    // Of decoded text, from which it would take spaces that the model wrote. transformers ignores it for BPE.
    "clean_up_tokenization_spaces",
    "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output",
  ],
  refused: { split_special_tokens: [false], add_prefix_space: [false] },
} as const satisfies PartKeys;

/**
 * Checks tokenizer_config.json.
 * @throws LuthierError("tokenizer/config-key")
 */
export function checkConfigKeys(config: Readonly<Record<string, unknown>>, preTokenizer: unknown): void {
  if (config.split_special_tokens === true)
    throw new LuthierError({ code: "tokenizer/config-key", key: "split_special_tokens" });
  // transformers makes GPT-2's pre-tokenizer anew, with this option.
  const isWithout =
    isRecord(preTokenizer) && preTokenizer.type === "ByteLevel" && preTokenizer.add_prefix_space === false;
  if (config.add_prefix_space === true && isWithout)
    throw new LuthierError({ code: "tokenizer/config-key", key: "add_prefix_space" });
}

/**
 * Checks that a component's type and keys are known, and those of the components in it. Null is any key's default.
 * @throws LuthierError("tokenizer/part")
 */
export function checkPartKeys(place: Place, part: unknown): void {
  if (!isRecord(part)) return;
  const types: Readonly<Record<string, PartKeys>> = PARTS[place];
  const type = typeof part.type === "string" ? part.type : place === "model" ? unnamedModel(part) : "";
  if (type === "") return; // Which the library reports.
  const keys = Object.hasOwn(types, type) ? types[type] : undefined;
  if (!keys) throw new LuthierError({ code: "tokenizer/part", place, type, key: null });
  const { used = [], noEffect = [], refused = {} } = keys;
  for (const [key, value] of Object.entries(part)) {
    if (key === "type" || value === null || used.includes(key) || noEffect.includes(key)) continue;
    const neutral = Object.hasOwn(refused, key) ? refused[key] : undefined;
    if (!neutral?.some((one) => JSON.stringify(one) === JSON.stringify(value)))
      throw new LuthierError({ code: "tokenizer/part", place, type, key });
  }
  for (const key of WITHIN) {
    const parts = part[key];
    if (Array.isArray(parts)) for (const each of parts) checkPartKeys(place, each);
  }
}
