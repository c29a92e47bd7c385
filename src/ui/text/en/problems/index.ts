import type { ProblemWords } from "../../../../lib/errors";
import type { Problem } from "../../../../lib/problems/problem";
import { adapterProblems } from "./adapter";
import { dataProblems } from "./data";
import { fieldFault } from "../field-faults";
import { formProblems } from "./form";
import { engineProblems } from "./engine";
import { methodProblems } from "./method";
import { exportProblems } from "./export";
import type { ProblemTexts } from "./words";
import { formatProblems, valueProblems } from "./formats";
import { ggufProblems } from "./gguf";
import { hubProblems } from "./hub";
import { modelsProblems } from "./models";
import { modelSizeProblems } from "./model-size";
import { patternProblems } from "./pattern";
import { storageProblems } from "./storage";
import { tokenizerProblems } from "./tokenizer";
import { workerProblems } from "./worker";
import { workProblems } from "./work";

const problems: ProblemTexts = {
  ...adapterProblems,
  ...dataProblems,
  ...formatProblems,
  ...ggufProblems,
  ...formProblems,
  ...engineProblems,
  ...formProblems,
  ...exportProblems,
  ...hubProblems,
  ...methodProblems,
  ...modelsProblems,
  ...modelSizeProblems,
  ...patternProblems,
  ...storageProblems,
  ...tokenizerProblems,
  ...valueProblems,
  ...workerProblems,
  ...workProblems,
};

/** What to tell of a problem. */
export function problem(told: Problem): ProblemWords {
  // A code and its facts belong together by their type; TypeScript cannot follow that through the look-up.
  return (problems[told.code] as (facts: Problem) => ProblemWords)(told);
}

/** What to tell of a problem at its field, which the page shows under that label. */
export function fieldProblem(told: Problem, label: string): string {
  if (told.code === "config/field") return fieldFault(told.fault, label);
  const { what, advice } = problem(told);
  return `${what} ${advice}`.trim();
}
