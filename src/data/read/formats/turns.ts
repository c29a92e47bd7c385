import { isRecord } from "../../../lib/json";
import type { RowTurn, ToolCall } from "../../../shared/rows";
import { FaultyRow, type Fields, kindOf, looksNested, text, parseNested } from "./format";

/** Styles of turn lists: OpenAI's `role`/`content`, or ShareGPT's `from`/`value`. */
export type TurnStyle = "messages" | "sharegpt";

/** Style of a turn list, by its first turn; null for other values. */
export function turnStyleOf(list: unknown): TurnStyle | null {
  const value = parseNested(list);
  const first: unknown = Array.isArray(value) ? value.find(isRecord) : undefined;
  if (!isRecord(first)) return null;
  if ("role" in first) return "messages";
  return "from" in first && "value" in first ? "sharegpt" : null;
}

/** A leading system text, and the turns after it. */
export interface Dialogue {
  readonly system?: string;
  readonly turns: readonly RowTurn[];
}

/**
 * Reads a list of turns in either style.
 * @param field containing field, for errors
 * @throws FaultyRow
 */
export function readTurns(list: unknown, field: string): Dialogue {
  const value = parseNested(list);
  if (typeof value === "string" && looksNested(value)) throw new FaultyRow({ kind: "unread-list", field });
  if (!Array.isArray(value)) throw new FaultyRow({ kind: "not-a-list", field, found: kindOf(value) });
  const turns = value.map((turn, index) => readTurn(turn, field, index + 1));
  const first = turns.findIndex(({ role }) => role !== "system");
  const opening = turns.slice(0, first < 0 ? turns.length : first);
  const system = opening
    .map((turn) => turn.text)
    .filter((one) => one !== "")
    .join("\n\n");
  return { ...(system ? { system } : {}), turns: turns.slice(opening.length) };
}

/** Reads a turn in either style. @throws FaultyRow */
export function readTurn(turn: unknown, field: string, number: number): RowTurn {
  if (!isRecord(turn)) throw new FaultyRow({ kind: "turn-form", field, turn: number });
  if ("role" in turn) return readMessage(turn, field, number);
  if ("from" in turn) return readShareGpt(turn, field, number);
  throw new FaultyRow({ kind: "turn-form", field, turn: number });
}

/** Tools of a row: a list, or its JSON. @throws FaultyRow */
export function readTools(given: unknown): readonly unknown[] {
  const value = parseNested(given);
  if (value === undefined || value === null || value === "") return [];
  if (!Array.isArray(value))
    throw new FaultyRow({ kind: "not-a-list", field: "tools", found: kindOf(value) });
  return value;
}

/** Checks that a conversation has an answer. @throws FaultyRow */
export function withAnswer<T extends readonly RowTurn[]>(turns: T): T {
  if (turns.some(({ role }) => role === "assistant")) return turns;
  throw new FaultyRow({ kind: "no-answer" });
}

const MESSAGE_ROLES: Readonly<Record<string, RowTurn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
};

/** A message with `role` and `content`: a string, a list of parts, or null with tool calls. */
function readMessage(message: Fields, field: string, number: number): RowTurn {
  const role = MESSAGE_ROLES[String(message.role)];
  if (!role) throw new FaultyRow({ kind: "unknown-role", turn: number, role: shown(message.role) });
  if (role !== "assistant") {
    const content = contentText(message.content, field, number);
    if (role !== "tool") return { role, text: content };
    return { role, text: content, ...named("name", message.name), ...named("callId", message.tool_call_id) };
  }
  const calls = toolCalls(message, number);
  const content = calls.length > 0 && !message.content ? "" : contentText(message.content, field, number);
  const thoughts = message.reasoning_content ?? message.thinking ?? "";
  const text = thoughts === "" ? content : `<think>\n${String(thoughts)}\n</think>\n\n${content}`;
  return { role, text, ...marked(message), ...(calls.length > 0 ? { toolCalls: calls } : {}) };
}

function contentText(content: unknown, field: string, number: number): string {
  const parts = Array.isArray(content) ? content : [content];
  return parts
    .map((part: unknown) => {
      if (typeof part === "string") return text(part, field);
      if (isRecord(part) && typeof part.text === "string") return text(part.text, field);
      const found = isRecord(part) ? shown(part.type) : kindOf(part);
      throw new FaultyRow({ kind: "turn-not-text", turn: number, found });
    })
    .join("");
}

/** `tool_calls`, or the legacy `function_call`. */
function toolCalls(message: Fields, number: number): ToolCall[] {
  const given = message.tool_calls ?? (message.function_call ? [{ function: message.function_call }] : []);
  if (!Array.isArray(given)) throw new FaultyRow({ kind: "call-form", turn: number });
  return given.map((call: unknown): ToolCall => {
    if (!isRecord(call)) throw new FaultyRow({ kind: "call-form", turn: number });
    return readCall(isRecord(call.function) ? call.function : call, number, call.id);
  });
}

function readCall(call: unknown, number: number, id?: unknown): ToolCall {
  if (!isRecord(call) || typeof call.name !== "string")
    throw new FaultyRow({ kind: "call-form", turn: number });
  // OpenAI encodes arguments as JSON; templates expect them parsed.
  return { name: call.name, arguments: parseNested(call.arguments ?? {}), ...named("id", id) };
}

/** Roles used by ShareGPT and LLaMA-Factory. */
const SHAREGPT_ROLES: Readonly<Record<string, RowTurn["role"] | "call">> = {
  system: "system",
  human: "user",
  user: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  assistant: "assistant",
  model: "assistant",
  bot: "assistant",
  bing: "assistant",
  bard: "assistant",
  function_call: "call",
  observation: "tool",
  tool: "tool",
};

/** A ShareGPT turn with `from` and `value`. */
function readShareGpt(turn: Fields, field: string, number: number): RowTurn {
  const role = SHAREGPT_ROLES[String(turn.from)];
  if (!role) throw new FaultyRow({ kind: "unknown-role", turn: number, role: shown(turn.from) });
  if (role === "call") {
    const calls = [parseNested(turn.value)].flat().map((call) => readCall(call, number));
    return { role: "assistant", text: "", ...marked(turn), toolCalls: calls };
  }
  if (typeof turn.value !== "string")
    throw new FaultyRow({ kind: "turn-not-text", turn: number, found: kindOf(turn.value) });
  const value = text(turn.value, field);
  if (role === "assistant") return { role, text: value, ...marked(turn) };
  return { role, text: value };
}

/** Whether an answer is in the loss: OpenAI's `weight`, or Axolotl's `train` or `training`. */
function marked({ weight, train, training }: Fields): { learned?: boolean } {
  const mark = weight ?? train ?? training;
  return typeof mark === "number" || typeof mark === "boolean" ? { learned: Number(mark) > 0 } : {};
}

function named<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  return (typeof value === "string" && value !== "" ? { [name]: value } : {}) as { [key in Name]?: string };
}

function shown(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 40) : kindOf(value);
}
