import { messagesConversation } from "../data/shape/turns";
import { type RenderingId, shapeOf } from "../data/shape/prompt-template";
import { renderConversation } from "../data/shape/templates";
import type { PromptTemplate } from "../shared/data";
import type { TokenizerFiles } from "../formats/tokenizer-files";
import type { ChatMessage } from "../shared/generation";
import type { Tokenizer } from "../tokenizer/tokenizer";

/** Prompt format of a model: its training template. */
export interface PromptFormat {
  readonly rendering: RenderingId;
  /** Jinja source that replaces the model's chat template, or null. */
  readonly chatTemplate: string | null;
  /** Tokens that end an answer, as ids and text. */
  readonly endIds: readonly number[];
  readonly endTexts: readonly string[];
  /** Tokens that the tokenizer adds before a prompt, as in training. */
  readonly startIds: readonly number[];
  /** Text of the start token, whether written by the template or added; "" if none. */
  readonly startText: string;
  /** System text common to the run's rows, or "". */
  readonly system: string;
  /** Prompt up to the start of the answer, without an added start token. */
  text(messages: readonly ChatMessage[]): string;
}

/** Prompt format of a template. Errors: the chat template rejects a plain question. */
export function promptFormat(template: PromptTemplate, base: Tokenizer, system: string): PromptFormat {
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
export function withTemplate(files: TokenizerFiles, { chatTemplate }: PromptFormat): TokenizerFiles {
  return chatTemplate === null ? files : { ...files, chatTemplate };
}
