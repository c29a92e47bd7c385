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
import { scoreProblems } from "./score";
import { settingsProblems } from "./settings";
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
  ...scoreProblems,
  ...settingsProblems,
  ...storageProblems,
  ...tokenizerProblems,
  ...valueProblems,
  ...workerProblems,
  ...workProblems,
};

/** The words for a problem. */
export function problem(told: Problem): ProblemWords {
  // Code and facts belong together by type, which TypeScript cannot follow through the look-up.
  return (problems[told.code] as (facts: Problem) => ProblemWords)(told);
}

/** The words for a problem shown at the field with that label. */
export function fieldProblem(told: Problem, label: string): string {
  if (told.code === "config/field") return fieldFault(told.fault, label);
  const { what, advice } = problem(told);
  return `${what} ${advice}`.trim();
}
