import type { TokenPart } from "../../shared/data";

/** A stretch of a rendered conversation. */
export interface TextPart {
  readonly text: string;
  readonly part: TokenPart;
  /** Whether the model learns to write it. */
  readonly learned: boolean;
  /** Set for an end token that a plain template puts behind an answer. */
  readonly isEnd?: boolean;
  /** Set for a token that its text does not spell. */
  readonly id?: number;
}

/** What a template did to a conversation that a person should know of. */
export interface RenderingNotes {
  /** The template has no place for a system text, so that it stands in front of the first question. */
  readonly systemInQuestion: boolean;
  /** The model is asked with words before its answer (such as an opened thinking block) that this row does not have. */
  readonly askedDifferently: boolean;
  /** The template has no place for the list of tools. */
  readonly toolsLeftOut: boolean;
}

/** A conversation in a template's words: the texts of the parts, joined, are the whole text, which is tokenised whole. */
export interface Rendering {
  readonly parts: readonly TextPart[];
  /** True when it ends with a question that waits for its answer. */
  readonly isOpen: boolean;
  /** Ids of the tokens that end an answer. */
  readonly endIds: readonly number[];
  /** What an open question's answer begins with by the template's will; it is no part of what the model says. */
  readonly answerLead: string;
  readonly notes: RenderingNotes;
}

export const NO_NOTES: RenderingNotes = {
  systemInQuestion: false,
  askedDifferently: false,
  toolsLeftOut: false,
};

export function templateText(text: string): TextPart {
  return { text, part: "template", learned: false };
}

export function promptText(text: string): TextPart {
  return { text, part: "prompt", learned: false };
}

function answerText(text: string, learned: boolean): TextPart {
  return { text, part: "answer", learned };
}

/** Where an answer's own words begin behind its thinking block, whose beginning may stand in the prompt. */
export function thoughtsEnd(text: string): number {
  return /^(?:\s*<think>[\s\S]*?|(?:(?!<think>)[\s\S])*?)<\/think>\s*/.exec(text)?.[0].length ?? 0;
}

/** An answer's words, its thinking block apart where that is not learned. */
export function answerParts(text: string, learned: boolean, masksThoughts = false): TextPart[] {
  const end = masksThoughts ? thoughtsEnd(text) : 0;
  return [answerText(text.slice(0, end), false), answerText(text.slice(end), learned)];
}

/** The parts that have something in them. */
export function withoutEmpty(parts: readonly TextPart[]): TextPart[] {
  return parts.filter(({ text, id }) => text !== "" || id !== undefined);
}
