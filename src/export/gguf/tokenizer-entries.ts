import { byteLevelName } from "../../formats/gguf/pre-tokenizers";
import { type GgufEntry, ggufEntry } from "../../formats/gguf/writer";
import type { TokenizerFiles } from "../../formats/tokenizer-files";
import { isRecord } from "../../lib/json";
import type { Problem } from "../../lib/problems/problem";
import { type AddedToken, type PreparedTokenizer, prepareTokenizer } from "../../tokenizer/prepare";

/** Tokenizer input of a GGUF export. */
export interface TokenizerSource {
  readonly files: TokenizerFiles;
  /** Rows of the token embedding; can exceed the vocabulary. */
  readonly rows: number;
  /** Whether prompts start with BOS although the template does not write it. */
  readonly addsStart: boolean;
  /** Tokens that end an answer, the tokenizer's own first. */
  readonly endIds: readonly number[];
}

/** Token types in `token_type`. */
const TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
}

/**
 * Converts a tokenizer to GGUF metadata, with chat template and end tokens, or says why llama.cpp does not support it.
 */
export function tokenizerEntries(source: TokenizerSource): readonly GgufEntry[] | Problem {
  const prepared = prepareTokenizer(source.files);
  const model = isRecord(source.files.tokenizer.model) ? source.files.tokenizer.model : {};
  if (model.type !== "BPE") return unknown(String(model.type));
  const merges = mergesOf(model.merges);
  const parts = isSentencePiece(model) ? sentencePiece(source, merges) : byteLevel(source, merges);
  if ("code" in parts) return parts;
  const vocabulary = vocabularyOf(model, prepared.added, source.rows, parts.isSentencePiece);
  return [
    ggufEntry("tokenizer.ggml.model", { text: parts.isSentencePiece ? "llama" : "gpt2" }),
    ggufEntry("tokenizer.ggml.pre", { text: parts.pre }),
    ggufEntry("tokenizer.ggml.tokens", { texts: vocabulary.tokens }),
    ggufEntry("tokenizer.ggml.token_type", { i32s: vocabulary.types }),
    ...parts.more(vocabulary),
    ...specialEntries(source, prepared, vocabulary),
    ...(prepared.chatTemplate === null
      ? []
      : [ggufEntry("tokenizer.chat_template", { text: prepared.chatTemplate })]),
  ];
}

function unknown(kind: string): Problem {
  return { code: "export/tokenizer-not-in-llama-cpp", kind };
}

/** Entries that depend on the tokenizer model. */
interface KindParts {
  readonly isSentencePiece: boolean;
  readonly pre: string;
  more(vocabulary: Vocabulary): GgufEntry[];
}

function byteLevel(
  { files }: TokenizerSource,
  merges: readonly (readonly [string, string])[],
): KindParts | Problem {
  const { normalizer = null, pre_tokenizer = null, model } = files.tokenizer;
  const ignoresMerges = isRecord(model) && model.ignore_merges === true;
  const pre = byteLevelName({ normalizer, pre_tokenizer, ignoresMerges });
  if (pre === null) return unknown("BPE");
  // Spaces inside tokens use the byte-level alphabet.
  const spell = (token: string): string => token.replaceAll(" ", "Ġ");
  const texts = merges.map(([left, right]) => `${spell(left)} ${spell(right)}`);
  return { isSentencePiece: false, pre, more: () => [ggufEntry("tokenizer.ggml.merges", { texts })] };
}

/** SentencePiece BPE is recognised by byte fallback. */
function isSentencePiece(model: Readonly<Record<string, unknown>>): boolean {
  return model.byte_fallback === true;
}

const MARK = "▁";

/** Merges are encoded as token scores, higher for earlier merges. */
function sentencePiece(
  { files }: TokenizerSource,
  merges: readonly (readonly [string, string])[],
): KindParts | Problem {
  const written = JSON.stringify([files.tokenizer.normalizer ?? null, files.tokenizer.pre_tokenizer ?? null]);
  if (!written.includes(MARK)) return unknown("SentencePiece BPE");
  const ranks = new Map<string, number>();
  merges.forEach(([left, right], rank) => {
    if (!ranks.has(left + right)) ranks.set(left + right, rank);
  });
  const addsSpace = /"prepend":\s*"▁"/.test(written) || /"prepend_scheme":\s*"(always|first)"/.test(written);
  const unk = isRecord(files.tokenizer.model) ? files.tokenizer.model.unk_token : null;
  return {
    isSentencePiece: true,
    pre: "default",
    more: ({ tokens }) => [
      ggufEntry("tokenizer.ggml.scores", {
        f32s: tokens.map((token) => (token === unk ? 0 : -(ranks.get(token) ?? merges.length))),
      }),
      ggufEntry("tokenizer.ggml.add_space_prefix", { bool: addsSpace }),
    ],
  };
}

function mergesOf(merges: unknown): (readonly [string, string])[] {
  if (!Array.isArray(merges)) return [];
  return merges.flatMap((merge: unknown) => {
    const [left, right] = typeof merge === "string" ? merge.split(" ") : (merge as unknown[]);
    return typeof left === "string" && typeof right === "string" ? [[left, right] as const] : [];
  });
}

function vocabularyOf(
  model: Readonly<Record<string, unknown>>,
  added: readonly AddedToken[],
  rows: number,
  hasBytes: boolean,
): Vocabulary {
  const tokens = Array.from({ length: rows }, (_, id) => `[PAD${id}]`);
  const types = tokens.map((): number => TYPES.unused);
  const put = (id: number, token: string, type: number): void => {
    if (id >= rows) return;
    tokens[id] = token;
    types[id] = type;
  };
  for (const [token, id] of Object.entries(isRecord(model.vocab) ? model.vocab : {})) {
    const isByte = hasBytes && /^<0x[0-9A-F]{2}>$/.test(token);
    put(Number(id), token, isByte ? TYPES.byte : token === model.unk_token ? TYPES.unknown : TYPES.normal);
  }
  for (const { id, content, special } of added) {
    if (content === model.unk_token) continue;
    const isControl = special || looksSpecial(content);
    put(
      id,
      isControl ? content : content.replaceAll(MARK, " "),
      isControl ? TYPES.control : TYPES.userDefined,
    );
  }
  return { tokens, types };
}

/** Special tokens not flagged as such in some models; same rule as llama.cpp's converter. */
function looksSpecial(token: string): boolean {
  return /^(<\|.*\|>|<｜.*｜>|<unused.*>|<pad>|<mask>|<2mass>|\[@BOS@\])$/s.test(token);
}

function specialEntries(
  { addsStart, endIds }: TokenizerSource,
  { config }: PreparedTokenizer,
  { tokens }: Vocabulary,
): GgufEntry[] {
  const idOf = (token: unknown): number => (typeof token === "string" ? tokens.indexOf(token) : -1);
  const [end = -1, otherEnd = -1] = endIds;
  const ids: [string, number][] = [
    ["bos", idOf(config.bos_token)],
    ["eos", end],
    ["eot", otherEnd],
    ["unknown", idOf(config.unk_token)],
    ["padding", idOf(config.pad_token)],
  ];
  return [
    ...ids.flatMap(([name, id]) =>
      id < 0 ? [] : [ggufEntry(`tokenizer.ggml.${name}_token_id`, { u32: id })],
    ),
    ggufEntry("tokenizer.ggml.add_bos_token", { bool: addsStart }),
    ggufEntry("tokenizer.ggml.add_eos_token", { bool: false }),
  ];
}
