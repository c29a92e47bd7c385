import type { ProblemWords } from "../../../../lib/errors";
import type { Problem } from "../../../../lib/problems/problem";
import { tokenizerProblems } from "./tokenizer";
import { dataProblems } from "./data";
import type { ProblemTexts } from "./words";
import { workProblems } from "./work";

const problems: ProblemTexts = {
  ...dataProblems,
  ...tokenizerProblems,
  ...workProblems,
  plain: ({ what, advice }) => ({ what, advice }),
};

/** What to tell of a problem. */
export function problem(told: Problem): ProblemWords {
  // A code and its facts belong together by their type; TypeScript cannot follow that through the look-up.
  return (problems[told.code] as (facts: Problem) => ProblemWords)(told);
}
