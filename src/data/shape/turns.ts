import { conversationOf, type Row, type TextRow, type ToolCall } from "../../shared/rows";
import type { ChatMessage } from "../../shared/generation";
import { LEARN_EVERY, type LearnFrom, type LearnRule } from "../../shared/training";
import { thoughtsEnd } from "./rendering";

/** A user turn. */
export interface Question {
  readonly role: "user";
  readonly text: string;
  /** Alpaca's input, which some templates render separately; usually empty. */
  readonly input: string;
}

/** An assistant turn. */
export interface Answer {
  readonly role: "assistant";
  readonly text: string;
  /** Whether it contributes to the loss. */
  readonly learned: boolean;
  /** Whether its thinking block is rendered without loss. */
  readonly masksThoughts?: boolean;
  readonly toolCalls: readonly ToolCall[];
}

/** A tool result, or a system message within the conversation. */
export interface Notice {
  readonly role: "tool" | "system";
  readonly text: string;
  readonly name?: string;
  readonly callId?: string;
}

export type Turn = Question | Answer | Notice;

/** A conversation for templates; unanswered unless it ends with an answer. */
export interface Conversation {
  readonly system: string | null;
  readonly turns: readonly Turn[];
  readonly tools: readonly unknown[];
}

/** Whether it awaits an answer. */
export function isOpen({ turns }: Conversation): boolean {
  return turns.length > 0 && turns.at(-1)?.role !== "assistant";
}

/** Whether rendering requires tool support. */
export function usesTools({ turns }: Conversation): boolean {
  return turns.some(
    (turn) => turn.role === "tool" || (turn.role === "assistant" && turn.toolCalls.length > 0),
  );
}

/** Converts a row, up to its last answer, and marks the supervised answers. */
export function rowConversation(
  row: Exclude<Row, TextRow>,
  { learnFrom, thoughts }: LearnRule = LEARN_EVERY,
): Conversation {
  const { system, turns, tools } = conversationOf(row);
  const last = turns.findLastIndex(({ role }) => role === "assistant");
  return {
    system: system ?? null,
    tools: tools ?? [],
    turns: turns.slice(0, last + 1).map((turn, index): Turn => {
      if (turn.role === "user") return { role: "user", text: turn.text, input: turn.input ?? "" };
      if (turn.role !== "assistant") return turn;
      const learned = isLearned(turn.learned, index === last, learnFrom);
      return {
        role: "assistant",
        text: thoughts === "drop" ? withoutThoughts(turn.text) : turn.text,
        learned,
        ...(thoughts === "mask" ? { masksThoughts: true } : {}),
        toolCalls: turn.toolCalls ?? [],
      };
    }),
  };
}

function withoutThoughts(text: string): string {
  return text.slice(thoughtsEnd(text));
}

function isLearned(marked: boolean | undefined, isLast: boolean, learnFrom: LearnFrom): boolean {
  switch (learnFrom) {
    case "all":
      return true;
    case "every":
      return marked !== false;
    case "last":
      return isLast;
    case "flagged":
      return marked === true;
  }
}

/** Converts chat messages to a conversation ending with a question; consecutive questions are merged. */
export function messagesConversation(messages: readonly ChatMessage[]): Conversation {
  const system = messages.find(({ role }) => role === "system")?.content ?? null;
  const turns: Turn[] = [];
  for (const { role, content } of messages) {
    const last = turns.at(-1);
    const open = last?.role === "user" ? last : null;
    if (role === "assistant" && open) {
      turns.push({ role: "assistant", text: content, learned: false, toolCalls: [] });
    } else if (role === "user" && open) {
      turns[turns.length - 1] = { ...open, text: `${open.text}\n\n${content}` };
    } else if (role === "user") {
      turns.push({ role: "user", text: content, input: "" });
    }
  }
  return { system, turns, tools: [] };
}

/** Joins Alpaca's instruction and input with a line break, as most chat datasets do. */
export function joinedQuestion({ text, input }: Question): string {
  return [text, input].filter(Boolean).join("\n");
}
