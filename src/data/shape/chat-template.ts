import { LuthierError } from "../../lib/errors";
import type { ChatMessage } from "../../spec/generation";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { promptText, templateText, type TextPart } from "./parts";
import type { Conversation, Turn } from "./turns";

/**
 * Renders by the model's own chat template. Each answer is found by rendering the conversation up to it with the
 * opening of an answer, and then with the answer: what is new is the answer and the words that end it. All answers are
 * learned, up to and with their end token, which the template writes itself; some templates rewrite earlier turns once
 * a later one follows, and then only the last answer is.
 * @throws LuthierError("data") when the template refuses the conversation or answers cannot be told from prompts
 */
export function chatParts(conversation: Conversation, tokenizer: Tokenizer): TextPart[] {
  const parts = everyAnswer(conversation, tokenizer) ?? lastAnswer(conversation, tokenizer);
  // Words after the end token of the last answer matter to nobody: the model stops before them.
  const last = parts.at(-1);
  const endsWithAnswer = conversation.turns.at(-1)?.answer !== null;
  return endsWithAnswer && last && !last.supervised ? parts.slice(0, -1) : parts;
}

/** Parts turn by turn, or null when a later turn changes how an earlier one is written. */
function everyAnswer({ system, turns }: Conversation, tokenizer: Tokenizer): TextPart[] | null {
  const messages = systemMessages(system);
  const parts: TextPart[] = [];
  let rendered = "";
  for (const turn of turns) {
    messages.push({ role: "user", content: question(turn) });
    const prompt = tokenizer.applyChat(messages, { addGenerationPrompt: true });
    if (!prompt.startsWith(rendered)) return null;
    const contents = messages.slice(rendered === "" ? 0 : -1).map(({ content }) => content);
    parts.push(...splitPrompt(prompt.slice(rendered.length), contents));
    if (turn.answer === null) break;
    messages.push({ role: "assistant", content: turn.answer });
    rendered = tokenizer.applyChat(messages, { addGenerationPrompt: false });
    if (!rendered.startsWith(prompt)) return null;
    parts.push(...splitAnswer(rendered.slice(prompt.length), turn.answer, tokenizer));
  }
  return parts;
}

/** The whole conversation as a prompt, and its last answer. */
function lastAnswer({ system, turns }: Conversation, tokenizer: Tokenizer): TextPart[] {
  const messages = systemMessages(system);
  for (const turn of turns) {
    messages.push({ role: "user", content: question(turn) });
    if (turn.answer !== null) messages.push({ role: "assistant", content: turn.answer });
  }
  const answer = turns.at(-1)?.answer ?? null;
  const asked = answer === null ? messages : messages.slice(0, -1);
  const prompt = tokenizer.applyChat(asked, { addGenerationPrompt: true });
  const parts = splitPrompt(
    prompt,
    asked.map(({ content }) => content),
  );
  if (answer === null) return parts;
  const whole = tokenizer.applyChat(messages, { addGenerationPrompt: false });
  if (whole.startsWith(prompt))
    return [...parts, ...splitAnswer(whole.slice(prompt.length), answer, tokenizer)];
  throw new LuthierError(
    "data",
    "The model's chat template writes the question differently once it is answered, so the answer cannot be told apart.",
    "Choose another prompt template.",
  );
}

function systemMessages(system: string | null): ChatMessage[] {
  return system ? [{ role: "system", content: system }] : [];
}

/** Alpaca's input as most chat sets have it: a line of its own under the instruction. */
function question({ instruction, input }: Turn): string {
  return [instruction, input].filter(Boolean).join("\n");
}

/** Marks the people's words in a prompt. This is for showing only: nothing of a prompt is learned. */
function splitPrompt(text: string, contents: readonly string[]): TextPart[] {
  const parts: TextPart[] = [];
  let rest = text;
  for (const content of contents) {
    const { start, end } = findContent(rest, content);
    if (start === end) continue;
    parts.push(templateText(rest.slice(0, start)), promptText(rest.slice(start, end)));
    rest = rest.slice(end);
  }
  return [...parts, templateText(rest)];
}

/** The answer with its end token, both learned, so that the model stops where it should; and what follows. */
function splitAnswer(text: string, content: string, tokenizer: Tokenizer): TextPart[] {
  const contentEnd = findContent(text, content).end;
  const ends = tokenizer.eosIds.flatMap((id) => {
    const token = tokenizer.tokenText(id);
    const at = token === "" ? -1 : text.indexOf(token, contentEnd);
    return at < 0 ? [] : [at + token.length];
  });
  const end = ends.length > 0 ? Math.min(...ends) : contentEnd;
  return [
    { text: text.slice(0, contentEnd), part: "answer", supervised: true },
    { text: text.slice(contentEnd, end), part: "template", supervised: true },
    templateText(text.slice(end)),
  ];
}

/** Where a message stands in a rendering, which may have trimmed it; nothing at the start when it is not there. */
function findContent(text: string, content: string): { start: number; end: number } {
  const written = text.includes(content) ? content : content.trim();
  const start = text.indexOf(written);
  return start < 0 ? { start: 0, end: 0 } : { start, end: start + written.length };
}
