import type { FinishReason } from "../shared/generation";

/** An answer beside what was expected. */
export interface AnswerToScore {
  readonly expected: string;
  readonly answer: string;
  /** Tokens of the answer, without its end. */
  readonly ids: readonly number[];
  readonly finish: FinishReason;
}

/** Scores an answer; null where it does not apply to the row. */
export type AnswerScore = (answer: AnswerToScore) => number | null;
