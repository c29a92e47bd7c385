import type { ChatMessage } from "../../shared/generation";

/** Chat template input: chat messages, and tool calls and results. */
export type TemplateMessage = ChatMessage | ToolMessage | CallingMessage;

/** A tool result. */
interface ToolMessage {
  readonly role: "tool";
  readonly content: string;
  readonly name?: string;
  readonly tool_call_id?: string;
}

/** An assistant message with tool calls. */
export interface CallingMessage {
  readonly role: "assistant";
  readonly content: string;
  readonly tool_calls: readonly {
    readonly type: "function";
    readonly id?: string;
    readonly function: { readonly name: string; readonly arguments: unknown };
  }[];
}

/** Rendering options, as in transformers' apply_chat_template. */
export interface ChatOptions {
  /** Append the start of an assistant message. */
  readonly addGenerationPrompt: boolean;
  /** Tools available to the model. */
  readonly tools?: readonly unknown[];
}
