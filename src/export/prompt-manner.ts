import { messagesConversation } from "../data/shape/turns";
import { renderConversation } from "../data/shape/templates";
import type { TemplateId } from "../shared/data";
import type { ChatMessage } from "../shared/generation";
import type { Tokenizer } from "../tokenizer/tokenizer";

/** How a model is asked: by the template that it was trained with. */
export interface PromptManner {
  readonly templateId: TemplateId;
  /** Ids of the tokens that end an answer, and their texts. */
  readonly endIds: readonly number[];
  readonly endTexts: readonly string[];
  /** What the tokenizer puts in front of a prompt of its own accord, as the run had it. */
  readonly startIds: readonly number[];
  /** The text of a start token that prompts begin with, written by the template or put in front; "" without one. */
  readonly startText: string;
  /** The system text that the run's rows had in common, or "". */
  readonly system: string;
  /** The text that the model is asked with, up to where its answer begins, without a start token that is put in front. */
  text(messages: readonly ChatMessage[]): string;
}

/** The manner of a template. Errors: the chat template refuses a plain question. */
export function promptManner(templateId: TemplateId, tokenizer: Tokenizer, system: string): PromptManner {
  const render = (messages: readonly ChatMessage[]) =>
    renderConversation(messagesConversation(messages), templateId, tokenizer);
  const text = (messages: readonly ChatMessage[]): string =>
    render(messages)
      .parts.map((part) => (part.id === undefined ? part.text : tokenizer.tokenText(part.id)))
      .join("");
  const { endIds } = render([{ role: "user", content: "?" }]);
  const startIds = templateId === "chat" ? [] : tokenizer.prefixIds;
  const bosText = tokenizer.bosId === null ? "" : tokenizer.tokenText(tokenizer.bosId);
  const writesStart = bosText !== "" && text([{ role: "user", content: "?" }]).startsWith(bosText);
  return {
    templateId,
    endIds,
    endTexts: endIds.map((id) => tokenizer.tokenText(id)),
    startIds,
    startText: writesStart || startIds.length > 0 ? bosText : "",
    system,
    text,
  };
}
