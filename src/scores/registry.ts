import type { scoreSpecs, ScoreId, ScoreValues } from "../shared/scores";
import { chrf } from "./by-answer/chrf";
import { json } from "./by-answer/json";
import { contains, exact, normalised } from "./by-answer/matches";
import { regexScore } from "./by-answer/regex";
import { rougeL } from "./by-answer/rouge-l";
import { ended, length, repetition } from "./by-answer/shape";
import type { AnswerScore, AnswerToScore } from "./score";

type By<Kind> = { [Id in ScoreId]: (typeof scoreSpecs)[Id]["by"] extends Kind ? Id : never }[ScoreId];

/** Options of the scores. */
interface ScoreOptions {
  /** "" for none. */
  readonly pattern: string;
}

/** Scores computed from answers; null if the options disable one. */
const byAnswer: Readonly<Record<By<"answer">, (options: ScoreOptions) => AnswerScore | null>> = {
  exact: () => exact,
  normalised: () => normalised,
  contains: () => contains,
  chrf: () => chrf,
  rougeL: () => rougeL,
  json: () => json,
  regex: ({ pattern }) => (pattern === "" ? null : regexScore(pattern)),
  ended: () => ended,
  repetition: () => repetition,
  length: () => length,
};

/**
 * Creates a function that computes all scores that apply to an answer.
 * @throws LuthierError("config") if the pattern is not a valid regular expression
 */
export function answerScorer(options: ScoreOptions): (answer: AnswerToScore) => ScoreValues {
  const scores = Object.entries(byAnswer).flatMap(([id, make]) => {
    const score = make(options);
    return score ? [[id, score] as const] : [];
  });
  return (answer) =>
    Object.fromEntries(
      scores.flatMap(([id, score]) => {
        const value = score(answer);
        return value === null ? [] : [[id, value]];
      }),
    );
}
