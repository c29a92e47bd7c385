import type { Row } from "../../shared/data";
import type { ChatMessage } from "../../shared/generation";

/** What a person says. */
export interface Question {
  readonly role: "user";
  readonly text: string;
  /** Alpaca's second part, which some templates set apart; mostly empty. */
  readonly input: string;
}

/** What the model says. */
export interface Answer {
  readonly role: "assistant";
  readonly text: string;
  /** Whether the model learns to say it. */
  readonly learned: boolean;
}

export type Turn = Question | Answer;

/** A conversation as templates take it; one that ends with a question waits for its answer. */
export interface Conversation {
  readonly system: string | null;
  readonly turns: readonly Turn[];
}

/** True when the model is to answer. */
export function isOpen({ turns }: Conversation): boolean {
  return turns.at(-1)?.role === "user";
}

/** A row as a conversation: its history first, then its own question and answer. Every answer is learned. */
export function rowConversation(row: Row): Conversation {
  const history = (row.history ?? []).flatMap(([asked, answered]): Turn[] => [
    { role: "user", text: asked, input: "" },
    { role: "assistant", text: answered, learned: true },
  ]);
  const own: Turn[] = [
    { role: "user", text: row.instruction, input: row.input },
    { role: "assistant", text: row.output, learned: true },
  ];
  return { system: row.system ?? null, turns: [...history, ...own] };
}

/** Messages of the chat pane as a conversation that ends with an open question; questions in a row become one. */
export function messagesConversation(messages: readonly ChatMessage[]): Conversation {
  const system = messages.find(({ role }) => role === "system")?.content ?? null;
  const turns: Turn[] = [];
  for (const { role, content } of messages) {
    const last = turns.at(-1);
    const open = last?.role === "user" ? last : null;
    if (role === "assistant" && open) {
      turns.push({ role: "assistant", text: content, learned: false });
    } else if (role === "user" && open) {
      turns[turns.length - 1] = { ...open, text: `${open.text}\n\n${content}` };
    } else if (role === "user") {
      turns.push({ role: "user", text: content, input: "" });
    }
  }
  return { system, turns };
}

/** Alpaca's input as most chat sets have it: a line of its own under the instruction. */
export function joinedQuestion({ text, input }: Question): string {
  return [text, input].filter(Boolean).join("\n");
}
