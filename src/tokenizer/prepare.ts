import type { TokenizerFiles } from "../formats/tokenizer-files";
import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";
import { parseAs } from "../lib/schema";
import { type TokenizerConfig, tokenizerConfig, type TokenizerJson, tokenizerJson } from "./tokenizer-schema";

/** A token that stands for its own text, as tokenizer.json describes it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Whether it is looked for in the normalised text. */
  readonly normalized: boolean;
  /** Whether it is found only where no letter or digit touches it. */
  readonly singleWord: boolean;
  /** Whether it takes the white space before it, and behind it, along. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

/** The files in the form that the library takes, made to mean what they mean to Python's libraries. */
export interface PreparedTokenizer {
  readonly tokenizer: TokenizerJson;
  readonly config: TokenizerConfig;
  readonly added: readonly AddedToken[];
  /** The chat template's source, or null when there is none, or no default among several. */
  readonly chatTemplate: string | null;
}

/** Attributes of a tokenizer that name a special token; templates know them by these names. */
export const SPECIAL_TOKENS = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;

/** Ids may leave gaps, but a table of tokens is not made for ids far beyond the tokens that a file has. */
const MAX_ID_PER_TOKEN = 4;
const MAX_ID_GAP = 100_000;

/** Their objects are one by now. */
const CONFIG_FILES = "tokenizer_config.json (special_tokens_map.json)";

/**
 * tokenizer.json with the tokens that only tokenizer_config.json knows, and with pre-tokenizers that the library runs
 * differently from Python's spelled as others that it runs alike; tokenizer_config.json in the one spelling that the
 * library reads.
 * @throws LuthierError for a key that is not as it should be, an id far beyond the vocabulary, a normaliser that lets
 * texts grow without end
 */
export function prepareTokenizer(files: TokenizerFiles): PreparedTokenizer {
  const described = parseAs(tokenizerJson, files.tokenizer, {
    file: "tokenizer.json",
    remedy: "renew-tokenizer",
  });
  const { chat_template: template, ...read } = parseAs(tokenizerConfig, files.config, { file: CONFIG_FILES });
  const { additional_special_tokens: additional } = read;
  const config = { ...read, additional_special_tokens: Array.isArray(additional) ? additional : [] };
  const vocabulary = vocabularyOf(described.model);
  const added = allAddedTokens(described.added_tokens, config, vocabulary);
  checkIds(vocabulary, added);
  if (growth(described.normalizer) > MAX_GROWTH) throw new LuthierError({ code: "tokenizer/text-grows" });
  const tokenizer = {
    ...described,
    pre_tokenizer: samePreTokenizer(described.pre_tokenizer ?? null),
    added_tokens: added.map(({ singleWord, ...token }) => ({ ...token, single_word: singleWord })),
  };
  return { tokenizer, config, added, chatTemplate: defaultTemplate(files.chatTemplate ?? template) };
}

function defaultTemplate(template: TokenizerConfig["chat_template"]): string | null {
  if (Array.isArray(template)) return template.find(({ name }) => name === "default")?.template ?? null;
  if (isRecord(template)) return template.default ?? null;
  return template ? template : null;
}

/** Ids of the model's own tokens. */
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
 * The tokens of tokenizer.json, those that only `added_tokens_decoder` has, and special tokens that tokenizer_config.json
 * names and nobody else knows. As in transformers the latter two get the next free ids.
 */
function allAddedTokens(
  listed: TokenizerJson["added_tokens"],
  config: TokenizerConfig,
  vocabulary: ReadonlyMap<string, number>,
): AddedToken[] {
  const added = listed.flatMap((token) => readAdded(token, token.id) ?? []);
  const known = new Set(added.map(({ content }) => content));
  let next = Math.max(vocabulary.size, ...added.map(({ id }) => id + 1));
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

/** By how much a normaliser may lengthen a text; a chain of replacements could let it grow without end. */
const MAX_GROWTH = 1000;

/** The most by which the replacements of a normaliser lengthen a text. */
function growth(normalizer: unknown): number {
  if (!isRecord(normalizer)) return 1;
  const parts: unknown[] = Array.isArray(normalizer.normalizers) ? normalizer.normalizers : [];
  const within = parts.reduce<number>((factor, part) => factor * growth(part), 1);
  if (normalizer.type !== "Replace" || typeof normalizer.content !== "string") return within;
  const { length } = normalizer.content;
  const pattern = isRecord(normalizer.pattern) ? normalizer.pattern : {};
  const found =
    typeof pattern.String === "string" ? pattern.String.length : matchesNothing(pattern.Regex) ? 0 : 1;
  return Math.max(1, found === 0 ? length + 1 : length / found);
}

/** True for an expression that is found between characters too. */
function matchesNothing(expression: unknown): boolean {
  try {
    return new RegExp(String(expression), "u").test("");
  } catch {
    return false;
  }
}

/** GPT-2's words, which ByteLevel parts a text into where nothing else does. */
const GPT2_WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const PUNCTUATION = String.raw`[\p{P}\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]`;

/**
 * The pre-tokenizer in parts that the library runs as Python's does. Its patterns know Unicode's white space and digits;
 * what it has built in goes by JavaScript's `\s` (which has U+FEFF and lacks U+0085) and by ASCII digits.
 */
function samePreTokenizer(given: unknown): unknown {
  if (!isRecord(given)) return given;
  switch (given.type) {
    case "Sequence": {
      const parts: unknown[] = Array.isArray(given.pretokenizers) ? given.pretokenizers : [];
      return { ...given, pretokenizers: parts.map(samePreTokenizer) };
    }
    case "ByteLevel":
      if (given.use_regex === false || given.add_prefix_space === true) return given;
      return { type: "Sequence", pretokenizers: [split(GPT2_WORDS), { ...given, use_regex: false }] };
    case "Digits":
      return split(given.individual_digits === true ? String.raw`\p{N}` : String.raw`\p{N}+`);
    case "WhitespaceSplit":
      return split(String.raw`\s+`, "Removed");
    case "Punctuation":
      return cutBehaviour(PUNCTUATION, given.behavior) ?? given;
    case "Split":
      return sameSplit(given);
    default:
      return given;
  }
}

/** Split in all its behaviours: the library has "isolated", "removed" by an expression, and what is matched alone. */
function sameSplit(given: Readonly<Record<string, unknown>>): unknown {
  const { pattern, behavior, invert } = given;
  const isIsolated = typeof behavior === "string" && behavior.toLowerCase() === "isolated";
  if (!isRecord(pattern) || (invert === true && !isIsolated)) return given;
  const source =
    typeof pattern.String === "string"
      ? pattern.String.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")
      : pattern.Regex;
  return typeof source === "string" ? (cutBehaviour(`(?:${source})`, behavior) ?? given) : given;
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
