import { forecast } from "./forecast";
import { format } from "./format";
import { glossary } from "./glossary";
import { hub } from "./hub";
import { methodGroups, methods } from "./methods";
import { answerOptions, trainingOptions } from "./options";
import { objectives } from "./objectives";
import { data, method, model } from "./prepare";
import { fieldProblem, problem } from "./problems";
import { push } from "./push";
import { ratings } from "./ratings";
import { compare, exportStep } from "./result";
import { run, train } from "./run";
import { batch, scoreOptions, scores } from "./scores";
import { compareRuns, runs } from "./runs";
import { search } from "./search";
import { progress, shell } from "./shell";
import { start } from "./start";

/** All texts of the page in English, with its number formats. */
export const en = {
  format,
  problem,
  fieldProblem,
  shell,
  glossary,
  start,
  search,
  progress,
  data,
  model,
  hub,
  method,
  methods,
  methodGroups,
  objectives,
  train,
  trainingOptions,
  forecast,
  run,
  runs,
  compareRuns,
  compare,
  ratings,
  answerOptions,
  scores,
  scoreOptions,
  batch,
  export: exportStep,
  push,
};
