import type { Row, TemplateId } from "../../shared/data";
import type { ChatMessage } from "../../shared/generation";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { encodeRendering } from "../encode/encode-rendering";
import { renderConversation } from "./templates";
import { type Conversation, messagesConversation, rowConversation } from "./turns";

/** What a question becomes for the engine. */
export interface PromptIds {
  readonly ids: readonly number[];
  /** Tokens that end the answer. */
  readonly endIds: ReadonlySet<number>;
  /** What the answer begins with by the template's will; it is not shown. */
  readonly answerLead: string;
}

/** Tokens of a conversation that ends with an open question, by the same path that rows take in training. */
export function promptIds(
  messages: readonly ChatMessage[],
  templateId: TemplateId,
  tokenizer: Tokenizer,
): PromptIds {
  return conversationIds(messagesConversation(messages), templateId, tokenizer);
}

/** Tokens of a row up to where its answer begins. */
export function rowPromptIds(row: Row, templateId: TemplateId, tokenizer: Tokenizer): PromptIds {
  const { system, turns } = rowConversation(row);
  return conversationIds({ system, turns: turns.slice(0, -1) }, templateId, tokenizer);
}

function conversationIds(
  conversation: Conversation,
  templateId: TemplateId,
  tokenizer: Tokenizer,
): PromptIds {
  const rendering = renderConversation(conversation, templateId, tokenizer);
  const { ids } = encodeRendering(rendering, templateId, tokenizer);
  return { ids, endIds: new Set(rendering.endIds), answerLead: rendering.answerLead };
}
