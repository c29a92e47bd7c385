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
import { type PreparedTokenizer, prepareTokenizer, SPECIAL_TOKENS } from "./prepare";
import { bytesForPeople, tokenSpelling } from "./token-bytes";
import { type CutEncoding, TokenPipeline } from "./token-pipeline";
import { endTokens } from "./tokenizer-schema";

/** A token that stands for its own spelling, in a text. */
export interface AddedPlace {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

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
  /** The Jinja of its chat template, or null. */
  readonly chatTemplate: string | null;
  /** True when the text of a first token loses the space in front of its word (SentencePiece). */
  readonly dropsFirstSpace: boolean;
  encode(text: string, options: { addSpecialTokens: boolean }): number[];
  /** The text as ids, with where the given places of it, ascending, fall among them. */
  encodeCut(text: string, places: readonly number[]): CutEncoding;
  /** The tokens in a text that stand for their own spelling, such as "<|im_end|>". */
  addedTokensIn(text: string): readonly AddedPlace[];
  decode(ids: readonly number[], options: { skipSpecialTokens: boolean }): string;
  /** The bytes that a token adds to the text; none for an id outside the vocabulary. */
  tokenBytes(id: number): Uint8Array<ArrayBuffer>;
  /** A token as people can read it; bytes of a character that is not whole appear as "<0xE4>". */
  tokenText(id: number): string;
  /**
   * The conversation in the words of the model's own chat template.
   * @throws LuthierError when there is no template, it cannot be read or has no end; and, with
   * {@link isConversationProblem}, when it refuses the conversation or fails on it
   */
  applyChat(messages: readonly TemplateMessage[], options: ChatOptions): string;
  /** The same tokenizer with another chat template, which is read when it is first needed. */
  withChatTemplate(source: string): Tokenizer;
}

/** True when the chat template is in order and this conversation does not suit it. */
export function isConversationProblem(error: unknown): error is ConversationError {
  if (!(error instanceof LuthierError)) return false;
  const { code } = error.problem;
  return code === "tokenizer/chat-refused" || code === "tokenizer/template-failed";
}

/** The error of a conversation that does not suit the chat template. */
type ConversationError = LuthierError & {
  readonly problem: Problem<"tokenizer/chat-refused" | "tokenizer/template-failed">;
};

/**
 * Builds the tokenizer of a model folder.
 * @param options.splitsAnswers whether the model has an encoder
 * @throws LuthierError("format") naming the file and the key that is not as it should be; or with a code of the
 * tokenizer's when tokenizer.json describes none that can be built
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
      // Not by the library's own decoder, which loses a byte-order mark and knows no ids beyond the vocabulary.
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(concatBytes(kept.map(tokenBytes)));
      return spelling.dropsFirstSpace && text.startsWith(" ") ? text.slice(1) : text;
    },
    tokenBytes,
    tokenText: (id) => bytesForPeople(tokenBytes(id)),
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

/** What a tokenizer is made of: its own files, and the model's, which may name further end tokens. */
type TokenizerFolder = Pick<ModelFolder, "tokenizer"> &
  Partial<Pick<ModelFolder, "config" | "generationConfig">>;

/** What is made of the files before anything is asked of the tokenizer. */
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
    const pipeline = new TokenPipeline(inner._tokenizer, prepared.added, prepared.tokenizer.pre_tokenizer);
    return { inner, prepared, pipeline, surroundings: findSurroundings(inner) };
  });
}

/** What the library throws, in words of ours. */
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

/** The end tokens of generation_config.json, or else of config.json, as far as the vocabulary has them. */
function endIds({ config, generationConfig }: TokenizerFolder, vocabularySize: number): number[] {
  const own = parseAs(endTokens, generationConfig ?? {}, { file: "generation_config.json" });
  const ids =
    own.eos_token_id ?? parseAs(endTokens, config ?? {}, { file: "config.json" }).eos_token_id ?? [];
  return [ids].flat().filter((id) => id >= 0 && id < vocabularySize);
}

/** What stands around a text only when special tokens are asked for. */
function findSurroundings({
  _tokenizer: library,
}: PreTrainedTokenizer): Pick<Tokenizer, "prefixIds" | "suffixIds"> {
  const text = "a text";
  const tokens = library.post_processor?.([text], null, true).tokens ?? [text];
  const idsOf = (some: readonly string[]): number[] =>
    some.flatMap((token) => library.token_to_id(token) ?? []);
  const at = tokens.indexOf(text);
  return { prefixIds: idsOf(tokens.slice(0, at)), suffixIds: idsOf(tokens.slice(at + 1)) };
}

/** Reads the template when it is first needed. */
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
