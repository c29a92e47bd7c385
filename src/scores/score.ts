import type { FinishReason } from "../shared/generation";

/** A generated answer with the expected one. */
export interface AnswerToScore {
  readonly expected: string;
  readonly answer: string;
  /** Token count of the answer, without its end token. */
  readonly ids: readonly number[];
  readonly finish: FinishReason;
}

/** Scores an answer; null if the score does not apply to the row. */
export type AnswerScore = (answer: AnswerToScore) => number | null;
