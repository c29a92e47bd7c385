import type { TokenPart } from "../../shared/data";
import type { ChatMessage } from "../../shared/generation";
import type { Row } from "../../shared/rows";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { encodeRendering } from "../encode/encode-rendering";
import { renderConversation } from "./templates";
import { type Conversation, messagesConversation, rowConversation, type Turn } from "./turns";
import type { RenderingId } from "./prompt-template";

/** A prompt encoded for generation. */
export interface PromptIds {
  readonly ids: readonly number[];
  /** The part of the text that each token comes from. */
  readonly parts: readonly TokenPart[];
  /** Tokens that end the answer. */
  readonly endIds: ReadonlySet<number>;
  /** Text that the template prescribes at the start of answers; not displayed. */
  readonly answerLead: string;
}

/** Encodes a conversation ending with a question, consistently with training rows. */
export function promptIds(
  messages: readonly ChatMessage[],
  templateId: RenderingId,
  tokenizer: Tokenizer,
): PromptIds {
  return conversationIds(messagesConversation(messages), templateId, tokenizer);
}

/** Tokens of a row before its last answer; of a text, its beginning. */
export function rowPromptIds(row: Row, templateId: RenderingId, tokenizer: Tokenizer): PromptIds {
  if (row.kind === "text") {
    const ids = tokenizer.encode(textBeginning(row.text), { addSpecialTokens: false });
    const parts: TokenPart[] = [
      ...tokenizer.prefixIds.map(() => "template" as const),
      ...ids.map(() => "prompt" as const),
    ];
    return {
      ids: [...tokenizer.prefixIds, ...ids],
      parts,
      endIds: new Set(tokenizer.eosIds),
      answerLead: "",
    };
  }
  const conversation = rowConversation(row);
  return conversationIds({ ...conversation, turns: conversation.turns.slice(0, -1) }, templateId, tokenizer);
}

/**
 * Tokens of a conversation that begins with a row. Without further messages they are those of {@link rowPromptIds};
 * otherwise the messages begin with the answer given to the row's question.
 */
export function continuedRowIds(
  row: Row,
  messages: readonly ChatMessage[],
  templateId: RenderingId,
  tokenizer: Tokenizer,
): PromptIds {
  if (messages.length === 0 || row.kind === "text") return rowPromptIds(row, templateId, tokenizer);
  const conversation = rowConversation(row);
  const open = conversation.turns.slice(0, -1);
  const further = messages.map(({ role, content }): Turn =>
    role === "assistant"
      ? { role, text: content, learned: false, toolCalls: [] }
      : { role: "user", text: content, input: "" },
  );
  return conversationIds({ ...conversation, turns: [...open, ...further] }, templateId, tokenizer);
}

/** Maximum characters of a text used as prompt. */
const BEGINNING = 120;

/** Half of a text, or the first words of a longer one. */
export function textBeginning(text: string): string {
  const part = text.slice(0, Math.min(BEGINNING, Math.ceil(text.length / 2)));
  const blank = part.search(/\s\S*$/);
  return blank > 0 ? part.slice(0, blank) : part;
}

function conversationIds(
  conversation: Conversation,
  templateId: RenderingId,
  tokenizer: Tokenizer,
): PromptIds {
  const rendering = renderConversation(conversation, templateId, tokenizer);
  const { ids, parts } = encodeRendering(rendering, templateId, tokenizer);
  return { ids, parts, endIds: new Set(rendering.endIds), answerLead: rendering.answerLead };
}
