import type { TokenizerFiles } from "../formats/tokenizer-files";
import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";
import { BoundedRegex } from "../lib/regex/regex";
import { parseAs } from "../lib/schema";
import { checkConfigKeys, checkPartKeys, SPECIAL_TOKENS } from "./part-keys";
import { type TokenizerConfig, tokenizerConfig, type TokenizerJson, tokenizerJson } from "./tokenizer-schema";

/** An added token of tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Whether it is matched in the normalized text. */
  readonly normalized: boolean;
  /** Whether it only matches without an adjacent word character. */
  readonly singleWord: boolean;
  /** Whether it consumes whitespace before (lstrip) and after it (rstrip). */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

/** Tokenizer files in the form that transformers.js reads, adjusted to match Python's libraries. */
export interface PreparedTokenizer {
  readonly tokenizer: TokenizerJson;
  readonly config: TokenizerConfig;
  readonly added: readonly AddedToken[];
  /** Chat template source; null if there is none, or no default among several. */
  readonly chatTemplate: string | null;
}

/** Ids may have gaps, but a token table far larger than the vocabulary is rejected. */
const MAX_ID_PER_TOKEN = 4;
const MAX_ID_GAP = 100_000;

/** The two are merged at this point. */
const CONFIG_FILES = "tokenizer_config.json (special_tokens_map.json)";

/**
 * Prepares tokenizer files: adds tokens known only to tokenizer_config.json, rewrites normalizers and pre-tokenizers
 * that transformers.js implements differently from Python, and normalises the spelling of tokenizer_config.json.
 * @throws LuthierError for an invalid key, an id far beyond the vocabulary, or a normalizer with excessive growth
 */
export function prepareTokenizer(files: TokenizerFiles): PreparedTokenizer {
  const described = parseAs(tokenizerJson, files.tokenizer, {
    file: "tokenizer.json",
    remedy: "renew-tokenizer",
  });
  const { chat_template: template, ...read } = parseAs(tokenizerConfig, files.config, { file: CONFIG_FILES });
  const further = [read.additional_special_tokens, read.extra_special_tokens];
  const config = { ...read, additional_special_tokens: further.flatMap((list) => Object.values(list ?? [])) };
  const vocabulary = vocabularyOf(described.model);
  const added = allAddedTokens(described.added_tokens, config, vocabulary);
  checkIds(vocabulary, added);
  checkParts([described.normalizer, described.pre_tokenizer, described.decoder, described.post_processor]);
  for (const place of ["normalizer", "pre_tokenizer", "post_processor", "decoder", "model"] as const)
    checkPartKeys(place, described[place]);
  // Python joins the tokens of one without a decoder by spaces.
  if (!described.decoder)
    throw new LuthierError({ code: "tokenizer/part", place: "decoder", type: "null", key: null });
  checkConfigKeys(read, described.pre_tokenizer);
  if (growth(described.normalizer) * growth(described.pre_tokenizer) > MAX_GROWTH)
    throw new LuthierError({ code: "tokenizer/text-grows" });
  const tokenizer = {
    ...described,
    normalizer: portableNormalizer(described.normalizer ?? null),
    pre_tokenizer: portablePreTokenizer(described.pre_tokenizer ?? null),
    added_tokens: added.map(({ singleWord, ...token }) => ({ ...token, single_word: singleWord })),
  };
  return { tokenizer, config, added, chatTemplate: defaultTemplate(files.chatTemplate ?? template) };
}

function defaultTemplate(template: TokenizerConfig["chat_template"]): string | null {
  if (Array.isArray(template)) return template.find(({ name }) => name === "default")?.template ?? null;
  if (isRecord(template)) return template.default ?? null;
  return template ? template : null;
}

/** Ids of the model's vocabulary. */
function vocabularyOf(model: unknown): ReadonlyMap<string, number> {
  const vocab = isRecord(model) ? model.vocab : undefined;
  if (Array.isArray(vocab)) {
    return new Map(
      vocab.map((entry: unknown, id): [string, number] => [
        String(Array.isArray(entry) ? (entry as unknown[])[0] : entry),
        id,
      ]),
    );
  }
  return new Map(
    Object.entries(isRecord(vocab) ? vocab : {}).map(([token, id]): [string, number] => [token, Number(id)]),
  );
}

/**
 * All added tokens: those of tokenizer.json, then those only in `added_tokens_decoder`, then special tokens named only
 * in tokenizer_config.json. As in transformers, the last two get the next free ids.
 */
function allAddedTokens(
  listed: TokenizerJson["added_tokens"],
  config: TokenizerConfig,
  vocabulary: ReadonlyMap<string, number>,
): AddedToken[] {
  const added = listed.flatMap((token) => readAdded(token, token.id) ?? []);
  const known = new Set(added.map(({ content }) => content));
  let next = added.reduce((most, { id }) => Math.max(most, id + 1), vocabulary.size);
  const add = (token: unknown): void => {
    const read = readAdded(token, 0);
    if (!read || known.has(read.content)) return;
    known.add(read.content);
    added.push({ ...read, id: vocabulary.get(read.content) ?? next });
    if (!vocabulary.has(read.content)) next++;
  };
  const decoder = isRecord(config.added_tokens_decoder) ? Object.entries(config.added_tokens_decoder) : [];
  for (const [, token] of decoder.sort(([a], [b]) => Number(a) - Number(b))) add(token);
  for (const name of SPECIAL_TOKENS) {
    const content = config[name];
    if (content) add({ content, special: true, normalized: false });
  }
  for (const content of Object.values(config.additional_special_tokens ?? []))
    add({ content, special: true, normalized: false });
  return added;
}

function readAdded(token: unknown, id: number): AddedToken | null {
  if (!isRecord(token) || typeof token.content !== "string" || token.content === "") return null;
  const special = token.special === true;
  return {
    id,
    content: token.content,
    special,
    normalized: typeof token.normalized === "boolean" ? token.normalized : !special,
    singleWord: token.single_word === true,
    lstrip: token.lstrip === true,
    rstrip: token.rstrip === true,
  };
}

function checkIds(vocabulary: ReadonlyMap<string, number>, added: readonly AddedToken[]): void {
  const limit = MAX_ID_PER_TOKEN * (vocabulary.size + added.length) + MAX_ID_GAP;
  const ids: readonly (readonly [string, number])[] = [
    ...vocabulary,
    ...added.map(({ content, id }) => [content, id] as const),
  ];
  const wrong = ids.find(([, id]) => !Number.isInteger(id) || id < 0 || id > limit);
  if (!wrong) return;
  const [token, id] = wrong;
  throw new LuthierError({
    code: "tokenizer/id-out-of-range",
    token: token.slice(0, 80),
    id,
    tokens: ids.length,
  });
}

/** Maximum growth of a text by normalization; chained replacements could be exponential. */
const MAX_GROWTH = 1000;

/** Maximum number of components; real tokenizers have a dozen. */
const MAX_PARTS = 200;

/** Errors: more than {@link MAX_PARTS} components, each of which processes every text. */
function checkParts(parts: readonly unknown[]): void {
  const pending = [...parts];
  for (let done = 0; pending.length > 0; done++) {
    if (done > MAX_PARTS) throw new LuthierError({ code: "tokenizer/too-many-parts", most: MAX_PARTS });
    const part = pending.pop();
    if (!isRecord(part)) continue;
    for (const key of ["normalizers", "pretokenizers", "decoders", "processors"]) {
      const within = part[key];
      if (Array.isArray(within)) for (const each of within.slice(0, MAX_PARTS + 1)) pending.push(each);
    }
  }
}

/** Upper bound on the growth factor of a normalizer's or pre-tokenizer's replacements. */
function growth(normalizer: unknown): number {
  if (!isRecord(normalizer)) return 1;
  const parts = [normalizer.normalizers, normalizer.pretokenizers].filter((list) => Array.isArray(list));
  const within = parts.flat().reduce<number>((factor, part) => factor * growth(part), 1);
  const put = normalizer.type === "Prepend" ? normalizer.prepend : normalizer.replacement;
  if (typeof put === "string" && put.length > 1) return within * (put.length + 1);
  if (normalizer.type !== "Replace" || typeof normalizer.content !== "string") return within;
  const { length } = normalizer.content;
  const pattern = isRecord(normalizer.pattern) ? normalizer.pattern : {};
  const found =
    typeof pattern.String === "string" ? pattern.String.length : matchesEmpty(pattern.Regex) ? 0 : 1;
  return Math.max(1, found === 0 ? length + 1 : length / found);
}

/** Whether a pattern matches the empty string. */
function matchesEmpty(expression: unknown): boolean {
  try {
    return BoundedRegex.javaScript(new RegExp(String(expression), "u")).matchesStart("");
  } catch {
    return false;
  }
}

/** GPT-2's word pattern, the default of ByteLevel. */
const GPT2_WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const PUNCTUATION = String.raw`[\p{P}\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]`;

/** Word characters in Python's regular expressions. */
const WORD_LETTER = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;

/**
 * Splits the normalizer into components that the library runs as in Python; its own Strip uses JavaScript's whitespace.
 */
function portableNormalizer(given: unknown): unknown {
  if (!isRecord(given)) return given;
  if (given.type === "Sequence") {
    const parts: unknown[] = Array.isArray(given.normalizers) ? given.normalizers : [];
    return { ...given, normalizers: parts.map(portableNormalizer) };
  }
  if (given.type !== "Strip") return given;
  // In these expressions "^" and "$" match at lines.
  const ends = [
    ...(given.strip_left === true ? [String.raw`(?<![\s\S])\p{White_Space}+`] : []),
    ...(given.strip_right === true ? [String.raw`\p{White_Space}+(?![\s\S])`] : []),
  ];
  const strips = ends.map((regex) => ({ type: "Replace", pattern: { Regex: regex }, content: "" }));
  return { type: "Sequence", normalizers: strips };
}

/**
 * Rewrites a pre-tokenizer into components that transformers.js runs like Python. Its regular expressions use Unicode
 * classes, but its built-in components use JavaScript's `\s` (with U+FEFF, without U+0085) and ASCII digits.
 */
function portablePreTokenizer(given: unknown): unknown {
  if (!isRecord(given)) return given;
  switch (given.type) {
    case "Sequence": {
      const parts: unknown[] = Array.isArray(given.pretokenizers) ? given.pretokenizers : [];
      return { ...given, pretokenizers: parts.map(portablePreTokenizer) };
    }
    case "ByteLevel":
      if (given.use_regex === false || given.add_prefix_space === true) return given;
      return { type: "Sequence", pretokenizers: [split(GPT2_WORDS), { ...given, use_regex: false }] };
    case "Digits":
      return split(given.individual_digits === true ? String.raw`\p{N}` : String.raw`\p{N}+`);
    case "BertPreTokenizer":
      return { type: "Sequence", pretokenizers: [split(String.raw`\s+`, "Removed"), split(PUNCTUATION)] };
    case "Whitespace":
      return { ...split(String.raw`[${WORD_LETTER}]+|[^${WORD_LETTER}\s]+`, "Removed"), invert: true };
    case "CharDelimiterSplit":
      return typeof given.delimiter === "string" ? split(escaped(given.delimiter), "Removed") : given;
    case "WhitespaceSplit":
      return split(String.raw`\s+`, "Removed");
    case "Punctuation":
      return cutBehaviour(PUNCTUATION, given.behavior) ?? given;
    case "Split":
      return portableSplit(given);
    case "Metaspace": {
      // The library does not split at the mark.
      const mark = typeof given.replacement === "string" ? given.replacement : "▁";
      if (given.split === false) return given;
      return { type: "Sequence", pretokenizers: [given, split(`(?=${escaped(mark)})`)] };
    }
    default:
      return given;
  }
}

/** Supports all behaviours of Split in terms of the library's: "Isolated", "Removed", and match-only. */
function portableSplit(given: Readonly<Record<string, unknown>>): unknown {
  const { pattern, behavior, invert } = given;
  const isIsolated = typeof behavior === "string" && behavior.toLowerCase() === "isolated";
  if (!isRecord(pattern) || (invert === true && !isIsolated)) return given;
  const source = typeof pattern.String === "string" ? escaped(pattern.String) : pattern.Regex;
  return typeof source === "string" ? (cutBehaviour(`(?:${source})`, behavior) ?? given) : given;
}

/** A pattern that matches a literal text. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function cutBehaviour(pattern: string, behavior: unknown): unknown {
  switch (typeof behavior === "string" ? behavior.toLowerCase() : "isolated") {
    case "isolated":
      return split(pattern);
    case "removed":
      return split(pattern, "Removed");
    case "contiguous":
      return split(`${pattern}+`);
    case "mergedwithprevious":
      return split(`(?<=${pattern})`);
    case "mergedwithnext":
      return split(`(?=${pattern})`);
    default:
      return null;
  }
}

function split(regex: string, behavior: "Isolated" | "Removed" = "Isolated"): Record<string, unknown> {
  return { type: "Split", pattern: { Regex: regex }, behavior, invert: false };
}
