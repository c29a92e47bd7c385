import { LuthierError } from "../../lib/errors";
import type { GgufTokenizerFault } from "../../lib/problems/gguf-problems";
import type { TokenizerFiles } from "../tokenizer-files";
import type { MetadataReader } from "./metadata";
import { byteLevelParts } from "./pre-tokenizers";
import { mergesOf } from "./merges";

/** Token types in `token_type`. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

/** Token scores, required by SentencePiece tokenizers. */
const SCORES = "tokenizer.ggml.scores";

/** Vocabulary by id. */
interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly scores: readonly number[];
}

/** Parts of tokenizer.json that depend on the tokenizer model. */
interface TokenizerParts {
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  readonly decoder: unknown;
  readonly model: Readonly<Record<string, unknown>>;
}

/**
 * Builds tokenizer.json and tokenizer_config.json from GGUF metadata: byte-level BPE ("gpt2"), SentencePiece BPE
 * ("llama") and Unigram ("t5").
 * @throws LuthierError("model") on a missing or unsupported tokenizer
 */
export function tokenizerFiles(metadata: MetadataReader): TokenizerFiles {
  const kind = metadata.text("tokenizer.ggml.model");
  const vocabulary = readVocabulary(metadata);
  const make = kind === null || !Object.hasOwn(makers, kind) ? undefined : makers[kind];
  if (!make) {
    throw unusable(kind === null ? { kind: "none" } : { kind: "unknown", name: kind });
  }
  const { parts, addsStart, addsEnd } = make(metadata, vocabulary);
  const named = (name: string): string | null => {
    const id = metadata.number(`tokenizer.ggml.${name}_token_id`);
    return id === null ? null : (vocabulary.tokens[id] ?? null);
  };
  const start = (metadata.boolean("tokenizer.ggml.add_bos_token") ?? addsStart) ? named("bos") : null;
  const end = (metadata.boolean("tokenizer.ggml.add_eos_token") ?? addsEnd) ? named("eos") : null;
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    post_processor: specialTokensTemplate(vocabulary, start, end),
    ...parts,
  };
  const special = { bos: named("bos"), eos: named("eos"), unk: named("unknown"), pad: named("padding") };
  return {
    tokenizer,
    config: {
      tokenizer_class: "PreTrainedTokenizerFast",
      clean_up_tokenization_spaces: false,
      ...Object.fromEntries(
        Object.entries(special).flatMap(([name, token]) =>
          token === null ? [] : [[`${name}_token`, token]],
        ),
      ),
    },
    chatTemplate: metadata.text("tokenizer.chat_template"),
  };
}

/** End tokens: EOS, and end-of-turn and end-of-message if separate. */
export function endTokenIds(metadata: MetadataReader): number[] {
  const ids = ["eos", "eot", "eom"].map((name) => metadata.number(`tokenizer.ggml.${name}_token_id`));
  return [...new Set(ids.filter((id) => id !== null))];
}

function unusable(fault: GgufTokenizerFault): LuthierError {
  return new LuthierError({ code: "model/gguf-tokenizer", fault });
}

function readVocabulary(metadata: MetadataReader): Vocabulary {
  const tokens = metadata.texts("tokenizer.ggml.tokens");
  if (!tokens || tokens.length === 0) throw unusable({ kind: "no-tokens" });
  const types = metadata.numbers("tokenizer.ggml.token_type") ?? tokens.map(() => 1);
  const scores = metadata.numbers(SCORES) ?? tokens.map(() => 0);
  if (types.length !== tokens.length || scores.length !== tokens.length) {
    throw unusable({ kind: "lengths-differ" });
  }
  return { tokens, types, scores };
}

/** Tokens matched verbatim in text. */
function addedTokens({ tokens, types }: Vocabulary): unknown[] {
  return tokens.flatMap((content, id) => {
    const special = types[id] === CONTROL || types[id] === UNKNOWN;
    if (!special && types[id] !== USER_DEFINED) return [];
    return [{ id, content, special, single_word: false, lstrip: false, rstrip: false, normalized: false }];
  });
}

/** Template adding BOS and EOS when special tokens are requested. */
function specialTokensTemplate({ tokens }: Vocabulary, start: string | null, end: string | null): unknown {
  const token = (id: string): unknown => ({ SpecialToken: { id, type_id: 0 } });
  const frame = (sequence: string): unknown[] => [
    ...(start === null ? [] : [token(start)]),
    { Sequence: { id: sequence, type_id: 0 } },
    ...(end === null ? [] : [token(end)]),
  ];
  const used = [start, end].filter((name) => name !== null);
  if (used.length === 0) return null;
  return {
    type: "TemplateProcessing",
    single: frame("A"),
    pair: [...frame("A"), ...frame("B")],
    special_tokens: Object.fromEntries(
      used.map((id) => [id, { id, ids: [tokens.indexOf(id)], tokens: [id] }]),
    ),
  };
}

type Maker = (
  metadata: MetadataReader,
  vocabulary: Vocabulary,
) => { readonly parts: TokenizerParts; readonly addsStart: boolean; readonly addsEnd: boolean };

const makers: Readonly<Record<string, Maker>> = { gpt2: byteLevel, llama: sentencePiece, t5: unigram };

/** Ids by token; the first id wins. */
function idsOf(tokens: readonly string[]): Record<string, number> {
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (!ids.has(token)) ids.set(token, id);
  });
  return Object.fromEntries(ids);
}

function byteLevel(metadata: MetadataReader, { tokens }: Vocabulary): ReturnType<Maker> {
  const name = metadata.text("tokenizer.ggml.pre") ?? "default";
  const known = byteLevelParts(name);
  if (!known) throw unusable({ kind: "unknown-splitting", name });
  const merges = metadata.texts("tokenizer.ggml.merges");
  if (!merges) throw unusable({ kind: "no-merges" });
  const model = {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: known.ignoresMerges,
    vocab: idsOf(tokens),
    merges,
  };
  const { normalizer, pre_tokenizer } = known;
  const decoder = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
  return { parts: { normalizer, pre_tokenizer, decoder, model }, addsStart: known.addsStart, addsEnd: false };
}

const SPACE = { String: " " };
const MARK = "▁";

/** SentencePiece BPE: merges derived from scores, with byte fallback. */
function sentencePiece(metadata: MetadataReader, vocabulary: Vocabulary): ReturnType<Maker> {
  const { tokens, types } = vocabulary;
  metadata.requireNumbers(SCORES);
  const hasPrefix = metadata.boolean("tokenizer.ggml.add_space_prefix") ?? true;
  const model = {
    type: "BPE",
    dropout: null,
    unk_token:
      tokens[types.indexOf(UNKNOWN)] ?? tokens[metadata.number("tokenizer.ggml.unknown_token_id") ?? 0],
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: true,
    ignore_merges: false,
    vocab: idsOf(tokens),
    merges: mergesOf(vocabulary),
  };
  const marks = { type: "Replace", pattern: SPACE, content: MARK };
  const spaces = { type: "Replace", pattern: { String: MARK }, content: " " };
  const strip = { type: "Strip", content: " ", start: 1, stop: 0 };
  return {
    parts: {
      normalizer: hasPrefix
        ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: MARK }, marks] }
        : marks,
      pre_tokenizer: null,
      decoder: {
        type: "Sequence",
        decoders: [spaces, { type: "ByteFallback" }, { type: "Fuse" }, ...(hasPrefix ? [strip] : [])],
      },
      model,
    },
    addsStart: true,
    addsEnd: false,
  };
}

const EXTRA_SPACES = "tokenizer.ggml.remove_extra_whitespaces";

/** SentencePiece Unigram. */
function unigram(metadata: MetadataReader, { tokens, types, scores }: Vocabulary): ReturnType<Maker> {
  metadata.requireNumbers(SCORES);
  const isPrefixed = metadata.boolean("tokenizer.ggml.add_space_prefix") ?? true;
  // Words are split at white space, which drops runs of it.
  if (metadata.boolean(EXTRA_SPACES) !== true)
    throw new LuthierError({
      code: "model/gguf-key",
      file: metadata.file,
      key: EXTRA_SPACES,
      value: "false",
    });
  const metaspace = {
    type: "Metaspace",
    replacement: MARK,
    prepend_scheme: isPrefixed ? "always" : "never",
    add_prefix_space: isPrefixed,
  };
  return {
    parts: {
      normalizer: { type: "Precompiled", precompiled_charsmap: "" },
      pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }, metaspace] },
      decoder: metaspace,
      model: {
        type: "Unigram",
        unk_id: metadata.number("tokenizer.ggml.unknown_token_id") ?? Math.max(0, types.indexOf(UNKNOWN)),
        vocab: tokens.map((token, id) => [token, scores[id]]),
        byte_fallback: false,
      },
    },
    addsStart: false,
    addsEnd: true,
  };
}
