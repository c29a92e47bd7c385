import { pythonStrip } from "../../lib/python-text";
import type { ChatOptions, TemplateMessage } from "../../tokenizer/chat/messages";
import { isConversationProblem, type Tokenizer } from "../../tokenizer/tokenizer";

/** What a chat template does with every conversation. */
export interface ChatManner {
  /** Whether it has a place for a system text; some refuse one, others leave it out without a word. */
  readonly takesSystem: boolean;
  /** Whether it writes the calls of tools and what they give back. */
  readonly takesCalls: boolean;
  /** Whether it writes which tools there are. */
  readonly takesTools: boolean;
  /**
   * What it writes after an answer to end the turn, which is learned, and the token that the model stops at: null where
   * the words of the ending are no token, so that nothing stops it.
   */
  readonly ending: { readonly text: string; readonly id: number | null };
}

const known = new WeakMap<Tokenizer, ChatManner>();

/** Finds the template's manner by a made-up conversation, once for each tokenizer. */
export function chatManner(tokenizer: Tokenizer): ChatManner {
  const found = known.get(tokenizer) ?? {
    takesSystem: takesSystem(tokenizer),
    ...takesTools(tokenizer),
    ending: findEnding(tokenizer),
  };
  known.set(tokenizer, found);
  return found;
}

/** Words that no template has in it. */
const [SYSTEM, QUESTION, ANSWER] = ["s\uE000s", "q\uE000q", "a\uE000a"] as const;
const [TOOL, CALLED, RESULT] = ["t\uE000t", "c\uE000c", "r\uE000r"] as const;
const CHAT: readonly TemplateMessage[] = [
  { role: "user", content: QUESTION },
  { role: "assistant", content: ANSWER },
];

function takesSystem(tokenizer: Tokenizer): boolean {
  const withSystem = render(tokenizer, [{ role: "system", content: SYSTEM }, ...CHAT]);
  if (withSystem !== null) return withSystem.includes(SYSTEM);
  // A template that refuses every conversation says so itself.
  return render(tokenizer, CHAT) === null;
}

function takesTools(tokenizer: Tokenizer): Pick<ChatManner, "takesCalls" | "takesTools"> {
  const parameters = {
    type: "object",
    properties: { text: { type: "string", description: "" } },
    required: [],
  };
  const tool = { type: "function", function: { name: "tool", description: TOOL, parameters } };
  // Nine letters and digits, as Mistral's templates have it.
  const id = "abcdefghi";
  const call = { type: "function", id, function: { name: "tool", arguments: { text: CALLED } } } as const;
  const messages: readonly TemplateMessage[] = [
    { role: "user", content: QUESTION },
    { role: "assistant", content: "", tool_calls: [call] },
    { role: "tool", name: "tool", tool_call_id: id, content: RESULT },
    { role: "assistant", content: ANSWER },
  ];
  const text = render(tokenizer, messages, { tools: [tool] }) ?? "";
  return { takesCalls: text.includes(CALLED) && text.includes(RESULT), takesTools: text.includes(TOOL) };
}

/**
 * The end of a turn may be another token than the tokenizer's end token: base models have a chat template whose turns end
 * with "<|im_end|>" while their texts end with "<|endoftext|>".
 */
function findEnding(tokenizer: Tokenizer): ChatManner["ending"] {
  const text = render(tokenizer, CHAT) ?? "";
  const at = text.lastIndexOf(ANSWER);
  const tail = at < 0 ? "" : text.slice(at + ANSWER.length);
  const [token] = tokenizer.addedTokensIn(tail);
  // Blanks at the end belong to what follows.
  return token
    ? { text: tail.slice(0, token.end), id: token.id }
    : { text: pythonStrip(tail, "right"), id: null };
}

function render(
  tokenizer: Tokenizer,
  messages: readonly TemplateMessage[],
  options: Pick<ChatOptions, "tools"> = {},
): string | null {
  try {
    return tokenizer.applyChat(messages, { ...options, addGenerationPrompt: false });
  } catch (error) {
    if (isConversationProblem(error)) return null;
    throw error;
  }
}
