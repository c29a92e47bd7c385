import type { ConversationRow, RowTurn } from "../../../shared/rows";
import { type Fields, hasFields, isColumn, requiredText, optionalText, type RowFormat, text } from "./format";
import { type Dialogue, turnStyleOf, readTools, readTurns, withAnswer } from "./turns";

/** Reads a prompt: a string or a list of messages. */
export function readPrompt(value: unknown, field = "prompt"): Dialogue {
  if (turnStyleOf(value) !== null) return readTurns(value, field);
  return { turns: [{ role: "user", text: text(value, field) }] };
}

/** Reads an answer: a string or a list of messages. */
export function readAnswer(value: unknown, field: string): readonly RowTurn[] {
  if (turnStyleOf(value) !== null) return readTurns(value, field).turns;
  return [{ role: "assistant", text: text(value, field) }];
}

/** A conversation from `prompt` and `completion`. */
export function promptConversation(value: Fields): ConversationRow {
  if (value.prompt === undefined) requiredText(value, "prompt");
  const { system = optionalText(value, "system"), turns } = readPrompt(value.prompt);
  const tools = readTools(value.tools);
  return {
    kind: "conversation",
    ...(system ? { system } : {}),
    turns: withAnswer([...turns, ...readAnswer(value.completion, "completion")]),
    ...(tools.length > 0 ? { tools } : {}),
  };
}

/** TRL's prompt-completion format, as strings or messages; also OpenAI's legacy format. */
export const promptCompletion: RowFormat = {
  id: "prompt-completion",
  fields: new Set(["prompt", "completion", "system", "tools"]),
  fits: (value) =>
    hasFields(value, "prompt", "completion") &&
    (!isColumn(value.prompt) || turnStyleOf(value.prompt) !== null),
  read: promptConversation,
};
