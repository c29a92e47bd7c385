import type { ProblemWords } from "../../../../lib/errors";
import type { Problem } from "../../../../lib/problems/problem";
import { dataProblems } from "./data";
import type { ProblemTexts } from "./words";
import { formatProblems, valueProblems } from "./formats";
import { ggufProblems } from "./gguf";
import { hubProblems } from "./hub";
import { storageProblems } from "./storage";
import { tokenizerProblems } from "./tokenizer";
import { workerProblems } from "./worker";
import { workProblems } from "./work";

const problems: ProblemTexts = {
  ...dataProblems,
  ...formatProblems,
  ...ggufProblems,
  ...hubProblems,
  ...storageProblems,
  ...tokenizerProblems,
  ...valueProblems,
  ...workerProblems,
  ...workProblems,
  plain: ({ what, advice }) => ({ what, advice }),
};

/** What to tell of a problem. */
export function problem(told: Problem): ProblemWords {
  // A code and its facts belong together by their type; TypeScript cannot follow that through the look-up.
  return (problems[told.code] as (facts: Problem) => ProblemWords)(told);
}
