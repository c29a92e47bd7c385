import { messagesConversation } from "../data/shape/turns";
import { type RenderingId, shapeOf } from "../data/shape/prompt-template";
import { renderConversation } from "../data/shape/templates";
import type { PromptTemplate } from "../shared/data";
import type { TokenizerFiles } from "../formats/tokenizer-files";
import type { ChatMessage } from "../shared/generation";
import type { Tokenizer } from "../tokenizer/tokenizer";

/** How a model is asked: by the template that it was trained with. */
export interface PromptManner {
  readonly rendering: RenderingId;
  /** The Jinja of a chat template that takes the place of the model's own, else null. */
  readonly chatTemplate: string | null;
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
export function promptManner(template: PromptTemplate, base: Tokenizer, system: string): PromptManner {
  const { templateId, tokenizer } = shapeOf(template, base);
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
    rendering: templateId,
    chatTemplate: templateId === "chat" && template.templateId !== "chat" ? tokenizer.chatTemplate : null,
    endIds,
    endTexts: endIds.map((id) => tokenizer.tokenText(id)),
    startIds,
    startText: writesStart || startIds.length > 0 ? bosText : "",
    system,
    text,
  };
}

/** The tokenizer's files with the chat template that the model was trained with. */
export function withTemplate(files: TokenizerFiles, { chatTemplate }: PromptManner): TokenizerFiles {
  return chatTemplate === null ? files : { ...files, chatTemplate };
}
