import type { scoreSpecs, ScoreId, ScoreValues } from "../shared/scores";
import { chrf } from "./by-answer/chrf";
import { json } from "./by-answer/json";
import { contains, exact, normalised } from "./by-answer/matches";
import { regexScore } from "./by-answer/regex";
import { rougeL } from "./by-answer/rouge-l";
import { ended, length, repetition } from "./by-answer/shape";
import type { AnswerScore, AnswerToScore } from "./score";

type By<Kind> = { [Id in ScoreId]: (typeof scoreSpecs)[Id]["by"] extends Kind ? Id : never }[ScoreId];

/** What a score of answers is made with. */
interface ScoreOptions {
  /** Empty for none. */
  readonly pattern: string;
}

/** The scores of answers, a file and a line each; null where the options leave one out. */
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
 * What scores an answer by all scores that apply to it.
 *
 * @throws LuthierError("config") when the pattern is no regular expression
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
