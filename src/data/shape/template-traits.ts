import { pythonStrip } from "../../lib/python-text";
import type { ChatOptions, TemplateMessage } from "../../tokenizer/chat/messages";
import { isConversationProblem, type Tokenizer } from "../../tokenizer/tokenizer";

/** Properties of a chat template. */
export interface TemplateTraits {
  /** Whether it supports a system message; others reject or silently drop it. */
  readonly takesSystem: boolean;
  /** Whether it renders tool calls and results. */
  readonly takesCalls: boolean;
  /** Whether it renders the list of tools. */
  readonly takesTools: boolean;
  /**
   * Text that ends an assistant turn, which is supervised, and its end token; null if the ending is not a single token,
   * so that nothing stops generation.
   */
  readonly ending: { readonly text: string; readonly id: number | null };
}

const known = new WeakMap<Tokenizer, TemplateTraits>();

/** Probes the chat template with a synthetic conversation; cached per tokenizer. */
export function templateTraits(tokenizer: Tokenizer): TemplateTraits {
  const found = known.get(tokenizer) ?? {
    takesSystem: takesSystem(tokenizer),
    ...takesTools(tokenizer),
    ending: findEnding(tokenizer),
  };
  known.set(tokenizer, found);
  return found;
}

/** Private-use characters, which no template contains. */
const [SYSTEM, QUESTION, ANSWER] = ["s\uE000s", "q\uE000q", "a\uE000a"] as const;
const [TOOL, CALLED, RESULT] = ["t\uE000t", "c\uE000c", "r\uE000r"] as const;
const CHAT: readonly TemplateMessage[] = [
  { role: "user", content: QUESTION },
  { role: "assistant", content: ANSWER },
];

function takesSystem(tokenizer: Tokenizer): boolean {
  const withSystem = render(tokenizer, [{ role: "system", content: SYSTEM }, ...CHAT]);
  if (withSystem !== null) return withSystem.includes(SYSTEM);
  // A template that rejects every conversation reports that elsewhere.
  return render(tokenizer, CHAT) === null;
}

function takesTools(tokenizer: Tokenizer): Pick<TemplateTraits, "takesCalls" | "takesTools"> {
  const parameters = {
    type: "object",
    properties: { text: { type: "string", description: "" } },
    required: [],
  };
  const tool = { type: "function", function: { name: "tool", description: TOOL, parameters } };
  // Mistral's templates require nine alphanumeric characters.
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
 * The turn's end token can differ from the tokenizer's EOS: some base models have a chat template with "<|im_end|>" but
 * an EOS of "<|endoftext|>".
 */
function findEnding(tokenizer: Tokenizer): TemplateTraits["ending"] {
  const text = render(tokenizer, CHAT) ?? "";
  const at = text.lastIndexOf(ANSWER);
  const tail = at < 0 ? "" : text.slice(at + ANSWER.length);
  const [token] = tokenizer.addedTokensIn(tail);
  // Trailing whitespace belongs to what follows.
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
