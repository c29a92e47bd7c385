import type { TokenPart } from "../../shared/data";

/** A segment of a rendered conversation. */
export interface TextPart {
  readonly text: string;
  readonly part: TokenPart;
  /** Whether it contributes to the loss. */
  readonly learned: boolean;
  /** Set for the end token that a plain template adds to an answer. */
  readonly isEnd?: boolean;
  /** Set for a token that its text does not encode to. */
  readonly id?: number;
}

/** What a template changed, to be reported to the user. */
export interface RenderingNotes {
  /** The template does not support system messages, so the text precedes the first question. */
  readonly systemInQuestion: boolean;
  /** The generation prompt contains text before the answer (such as an opened thinking block) that this row lacks. */
  readonly askedDifferently: boolean;
  /** The template does not support tools. */
  readonly toolsLeftOut: boolean;
  /** There are more tokens than characters: the tokenizer does not know the script, and has to spell it in bytes. */
  readonly inBytes: boolean;
}

/** A rendered conversation. The concatenated parts are the text, tokenized as a whole. */
export interface Rendering {
  readonly parts: readonly TextPart[];
  /** Whether it ends with an unanswered question. */
  readonly isOpen: boolean;
  /** Tokens that end an answer. */
  readonly endIds: readonly number[];
  /** Text that the template prescribes at the start of an answer; not part of the model's output. */
  readonly answerLead: string;
  readonly notes: RenderingNotes;
}

export const NO_NOTES: RenderingNotes = {
  systemInQuestion: false,
  askedDifferently: false,
  toolsLeftOut: false,
  inBytes: false,
};

export function templateText(text: string): TextPart {
  return { text, part: "template", learned: false };
}

export function promptText(text: string): TextPart {
  return { text, part: "prompt", learned: false };
}

/** Text of an answer. */
function answerText(text: string, learned: boolean): TextPart {
  return { text, part: "answer", learned };
}

/** Where an answer's text begins after its thinking block, which may have been opened in the prompt. */
export function thoughtsEnd(text: string): number {
  return /^(?:\s*<think>[\s\S]*?|(?:(?!<think>)[\s\S])*?)<\/think>\s*/.exec(text)?.[0].length ?? 0;
}

/** Parts of an answer: its text, and its thinking block separately if that is not supervised. */
export function answerParts(text: string, learned: boolean, masksThoughts = false): TextPart[] {
  const end = masksThoughts ? thoughtsEnd(text) : 0;
  return [answerText(text.slice(0, end), false), answerText(text.slice(end), learned)];
}

/** Drops empty parts. */
export function withoutEmpty(parts: readonly TextPart[]): TextPart[] {
  return parts.filter(({ text, id }) => text !== "" || id !== undefined);
}
