import type { Row } from "../../spec/data";
import type { ChatMessage } from "../../spec/generation";

/** One question and its answer; the answer is null where the model is to write it. */
export interface Turn {
  readonly instruction: string;
  readonly input: string;
  readonly answer: string | null;
}

/** A conversation as templates take it. */
export interface Conversation {
  readonly system: string | null;
  readonly turns: readonly Turn[];
}

/** A row as a conversation: its history first, then its own question and answer. */
export function rowConversation(row: Row): Conversation {
  const history = (row.history ?? []).map(([question, answer]) => ({
    instruction: question,
    input: "",
    answer,
  }));
  const own = { instruction: row.instruction, input: row.input, answer: row.output };
  return { system: row.system ?? null, turns: [...history, own] };
}

/** Messages of the chat pane as a conversation that ends with an open question; questions in a row become one. */
export function messagesConversation(messages: readonly ChatMessage[]): Conversation {
  const system = messages.find(({ role }) => role === "system")?.content ?? null;
  const turns: Turn[] = [];
  for (const { role, content } of messages) {
    const last = turns.at(-1);
    const open = last?.answer === null ? last : undefined;
    if (role === "assistant" && open) {
      turns[turns.length - 1] = { ...open, answer: content };
    } else if (role === "user" && open) {
      turns[turns.length - 1] = { ...open, instruction: `${open.instruction}\n\n${content}` };
    } else if (role === "user") {
      turns.push({ instruction: content, input: "", answer: null });
    }
  }
  return { system, turns };
}
