import { PreTrainedTokenizer } from "@xenova/transformers";
import type { ModelFolder } from "../formats/model-folder";
import type { TokenizerFiles } from "../formats/tokenizer-files";
import { concatBytes } from "../lib/bytes";
import { LuthierError } from "../lib/errors";
import type { Problem } from "../lib/problems/problem";
import { parseAs } from "../lib/schema";
import { boundPatterns } from "./bounded-patterns";
import type { ChatOptions, TemplateMessage } from "./chat/messages";
import { ChatTemplate } from "./chat/template";
import { SPECIAL_TOKENS } from "./part-keys";
import { type PreparedTokenizer, prepareTokenizer } from "./prepare";
import { displayText, tokenSpelling } from "./token-bytes";
import { type CutEncoding, TokenPipeline } from "./token-pipeline";
import { endTokens } from "./tokenizer-schema";
import { mendUnigram } from "./unigram";

/** An occurrence of an added token in a text. */
export interface AddedTokenMatch {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** A model's tokenizer. */
export interface Tokenizer {
  /** Largest id + 1. */
  readonly vocabularySize: number;
  readonly bosId: number | null;
  /** End token appended to answers; null if the tokenizer has none. */
  readonly eosId: number | null;
  /** All ids that end an answer: the tokenizer's own first, then those of generation_config.json or config.json. */
  readonly eosIds: readonly number[];
  /** Ids added before a text (e.g. BOS). */
  readonly prefixIds: readonly number[];
  /** Ids added after a text (e.g. T5's EOS). */
  readonly suffixIds: readonly number[];
  /**
   * Whether prompts and answers are separate texts, for the encoder and the decoder, each with the tokenizer's added
   * tokens.
   */
  readonly splitsAnswers: boolean;
  /** Ids removed by `skipSpecialTokens`. */
  readonly specialIds: ReadonlySet<number>;
  readonly hasChatTemplate: boolean;
  /** The Jinja of its chat template, or null. */
  readonly chatTemplate: string | null;
  /** Whether decoding strips the leading space of the first word (SentencePiece). */
  readonly dropsFirstSpace: boolean;
  encode(text: string, options: { addSpecialTokens: boolean }): number[];
  /** Encodes a text, locating the given offsets (ascending) among the ids. */
  encodeCut(text: string, places: readonly number[]): CutEncoding;
  /** Occurrences of added tokens such as "<|im_end|>" in a text. */
  addedTokensIn(text: string): readonly AddedTokenMatch[];
  decode(ids: readonly number[], options: { skipSpecialTokens: boolean }): string;
  /** Bytes that a token contributes to the text; empty for ids outside the vocabulary. */
  tokenBytes(id: number): Uint8Array<ArrayBuffer>;
  /** Displayable text of a token; incomplete characters appear as bytes, e.g. "<0xE4>". */
  tokenText(id: number): string;
  /**
   * Renders a conversation with the model's chat template.
   * @throws LuthierError without a usable template, and, with {@link isConversationProblem}, when the template rejects
   * the conversation or fails on it
   */
  applyChat(messages: readonly TemplateMessage[], options: ChatOptions): string;
  /** The same tokenizer with another chat template, parsed on first use. */
  withChatTemplate(source: string): Tokenizer;
}

/** Whether the error concerns the conversation rather than the template. */
export function isConversationProblem(error: unknown): error is ConversationError {
  if (!(error instanceof LuthierError)) return false;
  const { code } = error.problem;
  return code === "tokenizer/chat-refused" || code === "tokenizer/template-failed";
}

/** A conversation that the chat template rejects. */
type ConversationError = LuthierError & {
  readonly problem: Problem<"tokenizer/chat-refused" | "tokenizer/template-failed">;
};

/**
 * Creates the tokenizer of a model folder.
 * @param options.splitsAnswers whether the model has an encoder
 * @throws LuthierError("format") with the file and key that are invalid, or with a tokenizer code when tokenizer.json
 * cannot be used
 */
export function loadTokenizer(
  folder: TokenizerFolder,
  { splitsAnswers }: Pick<Tokenizer, "splitsAnswers"> = { splitsAnswers: false },
): Tokenizer {
  const { tokenizer: files } = folder;
  const { inner, prepared, pipeline, surroundings } = build(files);
  const spelling = tokenSpelling(prepared.tokenizer);
  const tokens = tokensById(inner);
  const added = new Set(prepared.added.map(({ id }) => id));
  const specialIds = new Set(inner.all_special_ids);
  const eosId = inner.eos_token_id ?? null;
  const ends = endIds(folder, tokens.length);
  const tokenBytes = (id: number): Uint8Array<ArrayBuffer> => {
    const token = tokens[id];
    if (token === undefined) return new Uint8Array(0);
    return added.has(id) ? new TextEncoder().encode(token) : spelling.bytes(token);
  };
  const loaded: Tokenizer = {
    vocabularySize: tokens.length,
    bosId: inner.bos_token_id ?? null,
    eosId: eosId ?? ends[0] ?? null,
    eosIds: [...new Set(eosId === null ? ends : [eosId, ...ends])],
    ...surroundings,
    splitsAnswers,
    specialIds,
    hasChatTemplate: prepared.chatTemplate !== null,
    chatTemplate: prepared.chatTemplate,
    dropsFirstSpace: spelling.dropsFirstSpace,
    encode(text, { addSpecialTokens }) {
      const { ids } = orProblem("tokenizer/text-failed", () => pipeline.encode(text));
      return addSpecialTokens ? [...surroundings.prefixIds, ...ids, ...surroundings.suffixIds] : [...ids];
    },
    encodeCut: (text, places) => orProblem("tokenizer/text-failed", () => pipeline.encode(text, places)),
    addedTokensIn: (text) => pipeline.addedTokensIn(text),
    decode(ids, { skipSpecialTokens }) {
      const kept = skipSpecialTokens ? ids.filter((id) => !specialIds.has(id)) : ids;
      // The library's decoder drops a byte-order mark and rejects ids beyond the vocabulary.
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(concatBytes(kept.map(tokenBytes)));
      return spelling.dropsFirstSpace && text.startsWith(" ") ? text.slice(1) : text;
    },
    tokenBytes,
    tokenText: (id) => displayText(tokenBytes(id)),
    applyChat: chatRenderer(prepared),
    withChatTemplate: (source) => ({
      ...loaded,
      hasChatTemplate: true,
      chatTemplate: source,
      applyChat: chatRenderer({ ...prepared, chatTemplate: source }),
    }),
  };
  return loaded;
}

/** Tokenizer files, and the model's configs, which can name further end tokens. */
type TokenizerFolder = Pick<ModelFolder, "tokenizer"> &
  Partial<Pick<ModelFolder, "config" | "generationConfig">>;

/** Parsed files and the components built from them. */
interface Built {
  readonly inner: PreTrainedTokenizer;
  readonly prepared: PreparedTokenizer;
  readonly pipeline: TokenPipeline;
  readonly surroundings: Pick<Tokenizer, "prefixIds" | "suffixIds">;
}

function build(files: TokenizerFiles): Built {
  return orProblem("tokenizer/not-built", () => {
    const prepared = prepareTokenizer(files);
    const inner = new PreTrainedTokenizer(prepared.tokenizer, prepared.config);
    boundPatterns(inner._tokenizer);
    mendUnigram(inner._tokenizer.model, prepared.tokenizer.model);
    const pipeline = new TokenPipeline(inner._tokenizer, prepared.added, prepared.tokenizer.pre_tokenizer);
    return { inner, prepared, pipeline, surroundings: findAddedIds(inner) };
  });
}

/** Converts the library's errors. */
function orProblem<T>(code: "tokenizer/not-built" | "tokenizer/text-failed", work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof LuthierError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LuthierError({ code, reason }, { cause });
  }
}

function tokensById(inner: PreTrainedTokenizer): (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of inner.get_vocab()) if (typeof token === "string") tokens[id] = token;
  return tokens;
}

/** End tokens of generation_config.json, else config.json, within the vocabulary. */
function endIds({ config, generationConfig }: TokenizerFolder, vocabularySize: number): number[] {
  const own = parseAs(endTokens, generationConfig ?? {}, { file: "generation_config.json" });
  const ids =
    own.eos_token_id ?? parseAs(endTokens, config ?? {}, { file: "config.json" }).eos_token_id ?? [];
  return [ids].flat().filter((id) => id >= 0 && id < vocabularySize);
}

/** Tokens added around a text by `addSpecialTokens`. */
function findAddedIds({
  _tokenizer: library,
}: PreTrainedTokenizer): Pick<Tokenizer, "prefixIds" | "suffixIds"> {
  const text = "a text";
  const tokens = library.post_processor?.([text], null, true).tokens ?? [text];
  const idsOf = (some: readonly string[]): number[] =>
    some.flatMap((token) => library.token_to_id(token) ?? []);
  const at = tokens.indexOf(text);
  return { prefixIds: idsOf(tokens.slice(0, at)), suffixIds: idsOf(tokens.slice(at + 1)) };
}

/** Renderer that parses the template on first use. */
function chatRenderer({ config, chatTemplate }: PreparedTokenizer): Tokenizer["applyChat"] {
  let template: ChatTemplate | null = null;
  return (messages, options) => {
    if (!template) {
      if (chatTemplate === null) throw new LuthierError({ code: "tokenizer/no-chat-template" });
      const named = SPECIAL_TOKENS.flatMap((name) => {
        const token = config[name];
        return token ? [[name, token] as const] : [];
      });
      template = new ChatTemplate(chatTemplate, Object.fromEntries(named));
    }
    return template.render(messages, options);
  };
}
