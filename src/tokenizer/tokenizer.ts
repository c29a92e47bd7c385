import { PreTrainedTokenizer } from "@xenova/transformers";
import type { ModelFolder } from "../formats/model-folder";
import type { TokenizerFiles } from "../formats/tokenizer-files";
import { concatBytes } from "../lib/bytes";
import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";
import { parseAs } from "../lib/schema";
import type { ChatMessage } from "../spec/generation";
import { bytesForPeople, tokenSpelling } from "./token-bytes";
import { endTokens, tokenizerConfig, tokenizerJson } from "./tokenizer-schema";

/** Turns text into a model's token ids and back. */
export interface Tokenizer {
  /** One more than the largest id. */
  readonly vocabularySize: number;
  readonly bosId: number | null;
  /** The end token that is appended to answers; null when the tokenizer names none. */
  readonly eosId: number | null;
  /** Every id that ends an answer: the tokenizer's own first, then those of generation_config.json or config.json. */
  readonly eosIds: readonly number[];
  /** Ids that the tokenizer puts in front of a text of its own accord (a start token), mostly none or one. */
  readonly prefixIds: readonly number[];
  /** Ids that it puts behind a text of its own accord (T5's end token). */
  readonly suffixIds: readonly number[];
  /**
   * Whether prompts are texts of their own, with all that the tokenizer puts around one, and answers others: an encoder
   * reads the ones and a decoder writes the others.
   */
  readonly splitsAnswers: boolean;
  /** Ids of control tokens, which `skipSpecialTokens` leaves out. */
  readonly specialIds: ReadonlySet<number>;
  readonly hasChatTemplate: boolean;
  /** True when the text of a first token loses the space in front of its word (SentencePiece). */
  readonly dropsFirstSpace: boolean;
  encode(text: string, options: { addSpecialTokens: boolean }): number[];
  decode(ids: readonly number[], options: { skipSpecialTokens: boolean }): string;
  /** The bytes that a token adds to the text; none for an id outside the vocabulary. */
  tokenBytes(id: number): Uint8Array<ArrayBuffer>;
  /** A token as people can read it; bytes of a character that is not whole appear as "<0xE4>". */
  tokenText(id: number): string;
  /**
   * The conversation in the words of the model's own chat template.
   * @param options.addGenerationPrompt ends with the opening of the answer that is to come
   * @throws LuthierError("model") when there is no template or it is broken, ("data") when it refuses the conversation
   */
  applyChat(messages: readonly ChatMessage[], options: { addGenerationPrompt: boolean }): string;
}

/**
 * Builds the tokenizer of a model folder.
 * @param options.splitsAnswers whether the model has an encoder
 * @throws LuthierError("format") naming the file and the key that is not as it should be, ("model") when tokenizer.json
 * describes no tokenizer that can be built
 */
export function loadTokenizer(
  folder: TokenizerFolder,
  { splitsAnswers }: Pick<Tokenizer, "splitsAnswers"> = { splitsAnswers: false },
): Tokenizer {
  const { tokenizer: files } = folder;
  const described = parseAs(tokenizerJson, files.tokenizer, { file: "tokenizer.json", advice: RENEW });
  const inner = build(files);
  const spelling = tokenSpelling(described);
  const tokens = tokensById(inner);
  // These stand for their own text, whatever the spelling of the others.
  const added = new Set(described.added_tokens.map(({ id }) => id));
  const encode: Tokenizer["encode"] = (text, { addSpecialTokens }) =>
    text === "" && !addSpecialTokens ? [] : inner.encode(text, { add_special_tokens: addSpecialTokens });
  const specialIds = new Set(inner.all_special_ids);
  const eosId = inner.eos_token_id ?? null;
  const ends = endIds(folder, tokens.length);
  const tokenBytes = (id: number): Uint8Array<ArrayBuffer> => {
    const token = tokens[id];
    if (token === undefined) return new Uint8Array(0);
    return added.has(id) ? new TextEncoder().encode(token) : spelling.bytes(token);
  };
  return {
    vocabularySize: tokens.length,
    bosId: inner.bos_token_id ?? null,
    eosId: eosId ?? ends[0] ?? null,
    eosIds: [...new Set(eosId === null ? ends : [eosId, ...ends])],
    ...findSurroundings(encode),
    splitsAnswers,
    specialIds,
    hasChatTemplate: chatTemplate(inner) !== null,
    dropsFirstSpace: spelling.dropsFirstSpace,
    encode,
    decode(ids, { skipSpecialTokens }) {
      const kept = skipSpecialTokens ? ids.filter((id) => !specialIds.has(id)) : ids;
      // Not by the library's own decoder, which loses a byte-order mark and knows no ids beyond the vocabulary.
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(concatBytes(kept.map(tokenBytes)));
      return spelling.dropsFirstSpace && text.startsWith(" ") ? text.slice(1) : text;
    },
    tokenBytes,
    tokenText: (id) => bytesForPeople(tokenBytes(id)),
    applyChat: (messages, { addGenerationPrompt }) => renderChat(inner, messages, addGenerationPrompt),
  };
}

/** What a tokenizer is made of: its own files, and the model's, which may name further end tokens. */
type TokenizerFolder = Pick<ModelFolder, "tokenizer"> &
  Partial<Pick<ModelFolder, "config" | "generationConfig">>;

/** Their objects are one by now. */
const CONFIG_FILES = "tokenizer_config.json (with special_tokens_map.json)";
const RENEW = "Download tokenizer.json again, or save it anew with a current version of transformers.";

function build(files: TokenizerFiles): PreTrainedTokenizer {
  const config = plainConfig(files);
  try {
    return new PreTrainedTokenizer(files.tokenizer, config);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LuthierError(
      "model",
      `tokenizer.json describes a tokenizer that cannot be built: ${reason}.`,
      RENEW,
      { cause },
    );
  }
}

/** tokenizer_config.json in the one spelling that the library reads, whatever version of transformers wrote it. */
function plainConfig({ config, chatTemplate }: TokenizerFiles): Record<string, unknown> {
  const read = parseAs(tokenizerConfig, config, { file: CONFIG_FILES });
  const { additional_special_tokens: additional, chat_template: template, ...rest } = read;
  const chat_template = chatTemplate ?? template;
  return {
    ...rest,
    additional_special_tokens: Array.isArray(additional) ? additional : [],
    ...(chat_template ? { chat_template } : {}),
  };
}

function tokensById(inner: PreTrainedTokenizer): (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of inner.get_vocab()) if (typeof token === "string") tokens[id] = token;
  return tokens;
}

/** The end tokens of generation_config.json, or else of config.json, as far as the vocabulary has them. */
function endIds({ config, generationConfig }: TokenizerFolder, vocabularySize: number): number[] {
  const own = parseAs(endTokens, generationConfig ?? {}, { file: "generation_config.json" });
  const ids =
    own.eos_token_id ?? parseAs(endTokens, config ?? {}, { file: "config.json" }).eos_token_id ?? [];
  return [ids].flat().filter((id) => id >= 0 && id < vocabularySize);
}

/** What stands around a text only when special tokens are asked for. */
function findSurroundings(encode: Tokenizer["encode"]): Pick<Tokenizer, "prefixIds" | "suffixIds"> {
  const plain = encode("a", { addSpecialTokens: false });
  const full = encode("a", { addSpecialTokens: true });
  const isAt = (start: number): boolean => plain.every((id, i) => full[start + i] === id);
  for (let start = 0; start + plain.length <= full.length; start++)
    if (isAt(start)) return { prefixIds: full.slice(0, start), suffixIds: full.slice(start + plain.length) };
  return { prefixIds: [], suffixIds: [] };
}

/** The template's text, or null when there is none or no default among several. */
function chatTemplate(inner: PreTrainedTokenizer): string | null {
  const template: unknown = inner.chat_template;
  if (typeof template === "string") return template;
  return isRecord(template) && typeof template.default === "string" ? template.default : null;
}

function renderChat(
  inner: PreTrainedTokenizer,
  messages: readonly ChatMessage[],
  addGenerationPrompt: boolean,
) {
  const template = chatTemplate(inner);
  const advice = "Choose another prompt template.";
  if (template === null) throw new LuthierError("model", "The model has no chat template.", advice);
  try {
    return inner.apply_chat_template(
      messages.map((message) => ({ ...message })),
      { chat_template: template, tokenize: false, add_generation_prompt: addGenerationPrompt },
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LuthierError(
      "data",
      `The model's chat template refuses the conversation: ${reason}.`,
      `Change the conversation (roles, system message, empty turns), or: ${advice}`,
      { cause },
    );
  }
}
