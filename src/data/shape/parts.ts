import type { TokenPart } from "../../spec/data";

/** A stretch of a rendered row. Parts are tokenised one by one, so that the loss mask comes from lengths alone. */
export interface TextPart {
  readonly text: string;
  readonly part: TokenPart;
  /** Whether the model learns to write it. */
  readonly supervised: boolean;
  /** True where the end token follows, which is learned with the answer. */
  readonly endsAnswer?: boolean;
}

export function templateText(text: string): TextPart {
  return { text, part: "template", supervised: false };
}

export function promptText(text: string): TextPart {
  return { text, part: "prompt", supervised: false };
}

/** An answer, with the end token after it. */
export function answerText(text: string): TextPart {
  return { text, part: "answer", supervised: true, endsAnswer: true };
}
