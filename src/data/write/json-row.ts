import type { FormatId } from "../../shared/data";
import type {
  AssistantTurn,
  ConversationRow,
  PreferenceRow,
  Row,
  RowTurn,
  ToolCall,
} from "../../shared/rows";

type Json = Readonly<Record<string, unknown>>;

/**
 * A row as a JSON object in its file's format if that can hold it entirely, else as messages. Reading it again gives
 * the same row.
 */
export function jsonRow(row: Row, format: FormatId): Json {
  switch (row.kind) {
    case "text":
      return { text: row.text };
    case "preference":
      return (format === "instruction-preference" ? instructionPreference(row) : null) ?? preference(row);
    case "labelled":
      return { ...messages(row), label: row.good };
    case "conversation":
      return conversationForms[format]?.(row) ?? alpacaWithInput(row) ?? messages(row);
  }
}

/** Conversation formats; each returns null for a row that it cannot hold entirely. */
const conversationForms: Readonly<Partial<Record<FormatId, (row: ConversationRow) => Json | null>>> = {
  alpaca,
  columns: alpaca,
  sharegpt,
  "prompt-completion": promptCompletion,
  "question-answer": (row) => questionForm(row, "question", "context", "answer"),
  dolly: (row) => questionForm(row, "instruction", "context", "response"),
};

/** Only Alpaca's format has a separate input. */
function alpacaWithInput(row: ConversationRow): Json | null {
  return row.turns.some((turn) => turn.role === "user" && turn.input) ? alpaca(row) : null;
}

interface Pair {
  readonly question: string;
  readonly input: string;
  readonly answer: string;
}

/** Alternating plain questions and answers, only the last with an input. */
function pairsOf({ turns, tools }: ConversationRow): readonly Pair[] | null {
  if (tools || turns.length === 0 || turns.length % 2 !== 0) return null;
  const pairs: Pair[] = [];
  for (let at = 0; at < turns.length; at += 2) {
    const [asked, answered] = [turns[at], turns[at + 1]];
    if (asked?.role !== "user" || answered?.role !== "assistant") return null;
    if (answered.toolCalls || answered.learned !== undefined) return null;
    if (asked.input && at < turns.length - 2) return null;
    pairs.push({ question: asked.text, input: asked.input ?? "", answer: answered.text });
  }
  return pairs;
}

function systemField({ system }: { readonly system?: string }): Json {
  return system ? { system } : {};
}

function alpaca(row: ConversationRow): Json | null {
  const pairs = pairsOf(row);
  const last = pairs?.at(-1);
  if (!pairs || !last) return null;
  const history = pairs.slice(0, -1).map(({ question, answer }) => [question, answer]);
  return {
    instruction: last.question,
    input: last.input,
    output: last.answer,
    ...systemField(row),
    ...(history.length > 0 ? { history } : {}),
  };
}

function questionForm(row: ConversationRow, question: string, input: string, answer: string): Json | null {
  const [only, ...others] = pairsOf(row) ?? [];
  if (!only || others.length > 0) return null;
  return {
    [question]: only.question,
    ...(only.input ? { [input]: only.input } : {}),
    [answer]: only.answer,
    ...systemField(row),
  };
}

function promptCompletion(row: ConversationRow): Json | null {
  const [only, ...others] = pairsOf(row) ?? [];
  if (only && others.length === 0)
    return only.input ? null : { prompt: only.question, completion: only.answer, ...systemField(row) };
  const { turns } = row;
  if (turns.at(-1)?.role !== "assistant" || turns.length < 2 || hasInput(turns)) return null;
  return {
    prompt: turns.slice(0, -1).map(message),
    completion: turns.slice(-1).map(message),
    ...setting(row),
  };
}

const FROM: Readonly<Record<RowTurn["role"], string>> = {
  user: "human",
  assistant: "gpt",
  system: "system",
  tool: "observation",
};

function sharegpt(row: ConversationRow): Json | null {
  const turns: Json[] = [];
  for (const turn of row.turns) {
    const calls = turn.role === "assistant" ? (turn.toolCalls ?? []) : [];
    if (turn.role === "tool" && (turn.name ?? turn.callId) !== undefined) return null;
    if (calls.some(({ id }) => id !== undefined) || (calls.length > 0 && turn.text !== "")) return null;
    const value =
      calls.length > 0
        ? JSON.stringify(calls.map(({ name, arguments: given }) => ({ name, arguments: given })))
        : turn.text;
    turns.push({
      from: calls.length > 0 ? "function_call" : FROM[turn.role],
      value,
      ...(turn.role === "assistant" ? weight(turn) : {}),
    });
  }
  return hasInput(row.turns) ? null : { ...setting(row), conversations: turns };
}

function hasInput(turns: readonly RowTurn[]): boolean {
  return turns.some((turn) => turn.role === "user" && turn.input);
}

function messages(row: Pick<ConversationRow, "system" | "tools" | "turns">): Json {
  const opening = row.system ? [{ role: "system", content: row.system }] : [];
  return { messages: [...opening, ...row.turns.map(message)], ...(row.tools ? { tools: row.tools } : {}) };
}

/** A message in OpenAI's format; an input follows its question. */
function message(turn: RowTurn): Json {
  switch (turn.role) {
    case "system":
      return { role: turn.role, content: turn.text };
    case "user":
      return { role: turn.role, content: turn.input ? `${turn.text}\n${turn.input}` : turn.text };
    case "tool":
      return {
        role: turn.role,
        ...(turn.name ? { name: turn.name } : {}),
        ...(turn.callId ? { tool_call_id: turn.callId } : {}),
        content: turn.text,
      };
    case "assistant": {
      const calls = turn.toolCalls ? { tool_calls: turn.toolCalls.map(callOf) } : {};
      return { role: turn.role, content: turn.text, ...calls, ...weight(turn) };
    }
  }
}

function callOf({ id, name, arguments: given }: ToolCall): Json {
  return { type: "function", ...(id ? { id } : {}), function: { name, arguments: given } };
}

function weight({ learned }: AssistantTurn): Json {
  return learned === undefined ? {} : { weight: learned ? 1 : 0 };
}

function setting({ system, tools }: Pick<ConversationRow, "system" | "tools">): Json {
  return { ...(system ? { system } : {}), ...(tools ? { tools } : {}) };
}

function preference(row: PreferenceRow): Json {
  return {
    ...setting(row),
    ...(row.prompt.length > 0 ? { prompt: row.prompt.map(message) } : {}),
    chosen: row.chosen.map(message),
    rejected: row.rejected.map(message),
  };
}

function instructionPreference(row: PreferenceRow): Json | null {
  const [asked, ...others] = row.prompt;
  const answers = [row.chosen, row.rejected].map(([answer, ...more]) =>
    answer?.role === "assistant" && more.length === 0 && !answer.toolCalls ? answer.text : null,
  );
  const [chosen, rejected] = answers;
  if (asked?.role !== "user" || others.length > 0 || row.tools) return null;
  if (typeof chosen !== "string" || typeof rejected !== "string") return null;
  return { instruction: asked.text, input: asked.input ?? "", chosen, rejected, ...systemField(row) };
}
