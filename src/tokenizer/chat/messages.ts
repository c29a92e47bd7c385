import type { ChatMessage } from "../../shared/generation";

/** A message as chat templates read it: those of the chat pane, and what tools say and are asked. */
export type TemplateMessage = ChatMessage | ToolMessage | CallingMessage;

/** What a tool gave back. */
interface ToolMessage {
  readonly role: "tool";
  readonly content: string;
  readonly name?: string;
  readonly tool_call_id?: string;
}

/** An answer that calls tools. */
export interface CallingMessage {
  readonly role: "assistant";
  readonly content: string;
  readonly tool_calls: readonly {
    readonly type: "function";
    readonly id?: string;
    readonly function: { readonly name: string; readonly arguments: unknown };
  }[];
}

/** How a conversation is rendered. */
export interface ChatOptions {
  /** Ends with the opening of the answer that is to come. */
  readonly addGenerationPrompt: boolean;
  /** The tools that the model may call. */
  readonly tools?: readonly unknown[];
}
