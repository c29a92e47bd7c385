import type { Row, TemplateId } from "../../spec/data";
import type { ChatMessage } from "../../spec/generation";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { encodeParts } from "../encode/encode-parts";
import { renderConversation } from "./templates";
import { type Conversation, messagesConversation, rowConversation } from "./turns";

/** What a question becomes for the engine. */
export interface PromptIds {
  readonly ids: readonly number[];
  /** Tokens that end the answer. */
  readonly endIds: ReadonlySet<number>;
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
  const asked = turns.map((turn, index) => (index === turns.length - 1 ? { ...turn, answer: null } : turn));
  return conversationIds({ system, turns: asked }, templateId, tokenizer);
}

function conversationIds(
  conversation: Conversation,
  templateId: TemplateId,
  tokenizer: Tokenizer,
): PromptIds {
  const parts = renderConversation(conversation, templateId, tokenizer);
  return { ids: encodeParts(parts, templateId, tokenizer).ids, endIds: new Set(tokenizer.eosIds) };
}
