import type { ProblemWords } from "../../../../lib/errors";
import type { Problem } from "../../../../lib/problems/problem";
import { problem as english } from "../../en/problems";
import { fieldFault } from "../field-faults";
import { adapterProblems } from "./adapter";
import { dataProblems } from "./data";
import { engineProblems } from "./engine";
import { exportProblems } from "./export";
import { formProblems } from "./form";
import { formatProblems, valueProblems } from "./formats";
import { ggufProblems } from "./gguf";
import { hubProblems } from "./hub";
import { methodProblems } from "./method";
import { modelSizeProblems } from "./model-size";
import { modelsProblems } from "./models";
import { patternProblems } from "./pattern";
import { scoreProblems } from "./score";
import { storageProblems } from "./storage";
import { tokenizerProblems } from "./tokenizer";
import { workProblems } from "./work";
import { workerProblems } from "./worker";

/** The words of each problem, by code. */
export const problems = {
  ...adapterProblems,
  ...dataProblems,
  ...engineProblems,
  ...exportProblems,
  ...formProblems,
  ...formatProblems,
  ...ggufProblems,
  ...hubProblems,
  ...methodProblems,
  ...modelSizeProblems,
  ...modelsProblems,
  ...patternProblems,
  ...scoreProblems,
  ...storageProblems,
  ...tokenizerProblems,
  ...valueProblems,
  ...workProblems,
  ...workerProblems,
};

/** The words for a problem; English where it is not translated yet. */
export function problem(told: Problem): ProblemWords {
  const known: Readonly<Record<string, unknown>> = problems;
  // Code and facts belong together by type, which TypeScript cannot follow through the look-up.
  const say = known[told.code] as ((facts: Problem) => ProblemWords) | undefined;
  return (say ?? english)(told);
}

/** The words for a problem shown at the field with that label. */
export function fieldProblem(told: Problem, label: string): string {
  if (told.code === "config/field") return fieldFault(told.fault, label);
  const { what, advice } = problem(told);
  return `${what}${advice}`.trim();
}
