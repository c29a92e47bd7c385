import { pythonStrip } from "../../lib/python-text";
import { LuthierError } from "../../lib/errors";
import type { CallingMessage, TemplateMessage } from "../../tokenizer/chat/messages";
import { isConversationProblem, type Tokenizer } from "../../tokenizer/tokenizer";
import { templateTraits, type TemplateTraits } from "./template-traits";
import {
  answerParts,
  promptText,
  type Rendering,
  templateText,
  type TextPart,
  withoutEmpty,
} from "./rendering";
import { type Conversation, isOpen, joinedQuestion, type Turn } from "./turns";

/**
 * Renders with the model's chat template, in one pass like transformers. The supervised range of an answer starts after
 * the generation prompt, or at the answer itself if the rendering lacks the prompt, and includes the turn's end token.
 * @throws LuthierError when the template rejects the conversation, fails, or is invalid
 */
export function renderChat(conversation: Conversation, tokenizer: Tokenizer): Rendering {
  const traits = templateTraits(tokenizer);
  const messages = chatMessages(conversation, traits);
  const addGenerationPrompt = isOpen(conversation);
  const { tools } = conversation;
  const whole = tokenizer.applyChat(messages, { addGenerationPrompt, tools });
  const chat: Chat = { messages, tools, addGenerationPrompt, whole, traits, tokenizer };
  const parts: TextPart[] = [];
  const first = messages.length - conversation.turns.length;
  let done = 0;
  let told = 0;
  let askedDifferently = false;
  for (const [index, turn] of conversation.turns.entries()) {
    if (turn.role !== "assistant" || !turn.learned) continue;
    const place = placeAnswer(chat, first + index, done);
    const { start, contentEnd, end } = place;
    parts.push(...promptParts(chat.whole.slice(done, start), messages.slice(told, first + index)));
    parts.push(...answerParts(chat.whole.slice(start, contentEnd), true, turn.masksThoughts));
    parts.push({ ...templateText(chat.whole.slice(contentEnd, end)), learned: true });
    done = end;
    told = first + index + 1;
    askedDifferently = place.isAskedDifferently;
  }
  parts.push(...promptParts(chat.whole.slice(done), messages.slice(told)));
  return {
    parts: withoutEmpty(parts),
    isOpen: addGenerationPrompt,
    endIds: [...new Set([...tokenizer.eosIds, ...(traits.ending.id === null ? [] : [traits.ending.id])])],
    answerLead: "",
    notes: {
      systemInQuestion: Boolean(conversation.system) && !traits.takesSystem,
      askedDifferently,
      toolsLeftOut: tools.length > 0 && !traits.takesTools,
      inBytes: false,
    },
  };
}

interface Chat {
  readonly messages: readonly TemplateMessage[];
  readonly tools: readonly unknown[];
  readonly addGenerationPrompt: boolean;
  readonly whole: string;
  readonly traits: TemplateTraits;
  readonly tokenizer: Tokenizer;
}

/**
 * Converts a conversation to messages; a system text that the template does not support precedes the first question.
 */
function chatMessages({ system, turns }: Conversation, { takesSystem }: TemplateTraits): TemplateMessage[] {
  const messages = turns.map(templateMessage);
  if (!system) return messages;
  const [first, ...others] = messages;
  if (takesSystem || !first || first.role !== "user")
    return [{ role: "system", content: system }, ...messages];
  return [{ role: "user", content: `${system}\n\n${first.content}` }, ...others];
}

function templateMessage(turn: Turn): TemplateMessage {
  if (turn.role === "user") return { role: "user", content: joinedQuestion(turn) };
  if (turn.role === "assistant" && turn.toolCalls.length > 0) {
    const calls = turn.toolCalls.map(({ id, name, arguments: given }) => {
      return { type: "function", ...(id ? { id } : {}), function: { name, arguments: given } } as const;
    });
    return { role: "assistant", content: turn.text, tool_calls: calls };
  }
  if (turn.role !== "tool") return { role: turn.role, content: turn.text };
  const { name, callId, text } = turn;
  return {
    role: "tool",
    ...(name ? { name } : {}),
    ...(callId ? { tool_call_id: callId } : {}),
    content: text,
  };
}

/** Position of an answer in the rendering. */
interface AnswerPlace {
  /** Start of the supervised range; precedes the content if the template writes something before it. */
  readonly start: number;
  readonly contentEnd: number;
  /** After the turn's end token. */
  readonly end: number;
  readonly isAskedDifferently: boolean;
}

/** @param from end of the previous answer */
function placeAnswer(chat: Chat, index: number, from: number): AnswerPlace {
  const { whole, messages, traits } = chat;
  const asked = messages.slice(0, index);
  const answer = messages[index]?.content ?? "";
  const prompt = rendered(chat, asked, true);
  const isPrefix = prompt !== null && prompt.length >= from && whole.startsWith(prompt);
  if (isPrefix && startsWithAnswer(whole, prompt.length, answer, traits)) {
    const contentEnd = prompt.length + answer.length;
    const end = contentEnd + traits.ending.text.length;
    return { start: prompt.length, contentEnd, end, isAskedDifferently: false };
  }
  const content = findContent(chat, index, from);
  const end = afterEnding(whole, content.end, traits);
  if (isPrefix && prompt.length <= content.start)
    return { start: prompt.length, contentEnd: content.end, end, isAskedDifferently: false };
  const own = ownText(chat, index);
  const ownStart = own === null ? -1 : whole.lastIndexOf(own, content.start);
  if (own !== null && ownStart >= from && ownStart + own.length >= content.end)
    return { start: ownStart, contentEnd: content.end, end, isAskedDifferently: false };
  // The template renders earlier messages differently once answered; look for the generation prompt itself.
  const opening =
    prompt === null ? "" : prompt.slice(sharedStart(prompt, rendered(chat, asked, false) ?? ""));
  const at = opening === "" ? -1 : whole.slice(from, content.start).lastIndexOf(opening);
  const start = at < 0 ? content.start : from + at + opening.length;
  return { start, contentEnd: content.end, end, isAskedDifferently: at < 0 && opening !== "" };
}

/** Whether the answer and the turn's ending occur here verbatim. */
function startsWithAnswer(whole: string, at: number, answer: string, { ending }: TemplateTraits): boolean {
  return (
    ending.text !== "" && whole.startsWith(answer, at) && whole.startsWith(ending.text, at + answer.length)
  );
}

/** Renders messages; null if the template rejects them. */
function rendered(
  { tokenizer, tools }: Chat,
  messages: readonly TemplateMessage[],
  addGenerationPrompt: boolean,
): string | null {
  try {
    return tokenizer.applyChat(messages, { addGenerationPrompt, tools });
  } catch (error) {
    if (isConversationProblem(error)) return null;
    throw error;
  }
}

/** Placeholders for an answer: private-use characters. */
const MARKS = ["\uE000", "\uE001"] as const;

/**
 * Locates the text of a message, tool calls included, by rendering it with a placeholder and comparing. Handles
 * templates that trim or omit parts of it.
 */
function findContent(chat: Chat, index: number, from: number): { start: number; end: number } {
  const { whole, messages } = chat;
  const content = messages[index]?.content ?? "";
  const mark = MARKS.find((each) => !content.startsWith(each) && !content.endsWith(each)) ?? MARKS[0];
  const answer = { role: "assistant", content: mark } as const;
  const replaced = messages.map((message, at) => (at === index ? answer : message));
  const other = rendered(chat, replaced, chat.addGenerationPrompt);
  if (other?.includes(mark)) {
    const start = sharedStart(whole, other);
    return { start, end: Math.max(start, whole.length - sharedEnd(whole, other)) };
  }
  const message = messages[index];
  const place = message && "tool_calls" in message ? findCalls(chat, index, message) : null;
  if (place && place.start >= from) return place;
  const text = pythonStrip(content);
  const start = whole.indexOf(text, from);
  if (start < 0) throw new LuthierError({ code: "data/answer-not-written" });
  return { start, end: start + text.length };
}

/** Locates tool calls that no placeholder text can replace, by changing the tool's name. */
function findCalls(
  chat: Chat,
  index: number,
  message: CallingMessage,
): { start: number; end: number } | null {
  const { whole, messages, traits } = chat;
  const calls = message.tool_calls.map((call) => ({
    ...call,
    function: { ...call.function, name: MARKS[0] },
  }));
  const renamed = messages.map((each, at) => (at === index ? { ...message, tool_calls: calls } : each));
  const other = rendered(chat, renamed, chat.addGenerationPrompt);
  const own = ownText(chat, index);
  if (other === null || own === null) return null;
  const start = whole.lastIndexOf(own, sharedStart(whole, other));
  const ending = traits.ending.text === "" ? -1 : own.lastIndexOf(traits.ending.text);
  return start < 0 ? null : { start, end: start + (ending < 0 ? own.length : ending) };
}

/** What the template appends to the generation prompt for a final answer. */
function ownText(chat: Chat, index: number): string | null {
  const prompt = rendered(chat, chat.messages.slice(0, index), true);
  const upTo = rendered(chat, chat.messages.slice(0, index + 1), false);
  if (prompt === null || !upTo?.startsWith(prompt)) return null;
  return upTo.slice(prompt.length) || null;
}

/** Offset after the turn's ending, if present; otherwise nothing ends the turn. */
function afterEnding(whole: string, contentEnd: number, { ending }: TemplateTraits): number {
  return whole.startsWith(ending.text, contentEnd) ? contentEnd + ending.text.length : contentEnd;
}

function sharedStart(a: string, b: string): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  return shared;
}

function sharedEnd(a: string, b: string): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a[a.length - 1 - shared] === b[b.length - 1 - shared])
    shared++;
  return shared;
}

/** Marks user text in a prompt, for display only; prompts are not supervised. */
function promptParts(text: string, messages: readonly TemplateMessage[]): TextPart[] {
  const parts: TextPart[] = [];
  let rest = text;
  for (const { content } of messages) {
    const written = rest.includes(content) ? content : pythonStrip(content);
    const start = rest.indexOf(written);
    if (start < 0 || written === "") continue;
    parts.push(templateText(rest.slice(0, start)), promptText(written));
    rest = rest.slice(start + written.length);
  }
  return [...parts, templateText(rest)];
}
