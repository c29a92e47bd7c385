import { isRecord } from "../../../lib/json";
import type { Row } from "../../../shared/rows";
import { type Fields, optionalText, type RowFormat } from "./format";
import { turnStyleOf, readTools, readTurns, type TurnStyle, withAnswer } from "./turns";

/** Fields with a list of turns, in either style. */
export const LIST_FIELDS = ["messages", "conversations", "conversation"] as const;

/** The field that contains an object's list of turns. */
export function listField(value: Fields, style?: TurnStyle): (typeof LIST_FIELDS)[number] | undefined {
  return LIST_FIELDS.find((field) => {
    const found = turnStyleOf(value[field]);
    return found !== null && (style === undefined || style === found);
  });
}

/** Reads a conversation with optional system text and tools. */
export function readConversation(value: Fields): Extract<Row, { kind: "conversation" }> {
  const field = listField(value) ?? "messages";
  const { turns, system } = readTurns(value[field], field);
  const tools = readTools(value.tools);
  const opening = [optionalText(value, "system"), system ?? ""].filter((text) => text !== "").join("\n\n");
  return {
    kind: "conversation",
    ...(opening ? { system: opening } : {}),
    turns: withAnswer(turns),
    ...(tools.length > 0 ? { tools } : {}),
  };
}

/** Whether a value can only be a single list of messages, not a column of lists. */
function isOneList(value: unknown): boolean {
  return Array.isArray(value) ? !value.some(Array.isArray) : value !== undefined && !isRecord(value);
}

/** OpenAI chat format: `messages`, a list of `role` and `content`. */
export const messages: RowFormat = {
  id: "messages",
  fields: new Set([...LIST_FIELDS, "system", "tools"]),
  fits: (value) => listField(value, "messages") !== undefined || isOneList(value.messages),
  read: readConversation,
};
