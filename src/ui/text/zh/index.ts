import { en } from "../en";
import { completed, type Text } from "../translation";
import { forecast } from "./forecast";
import { format } from "./format";
import { glossary } from "./glossary";
import { hub } from "./hub";
import { methodGroups, methods } from "./methods";
import { objectives } from "./objectives";
import { answerOptions, trainingOptions } from "./options";
import { data, method, model } from "./prepare";
import { fieldProblem, problem } from "./problems";
import { push } from "./push";
import { compare, exportStep } from "./result";
import { ratings } from "./ratings";
import { run, train } from "./run";
import { compareRuns, runs } from "./runs";
import { batch, scoreOptions, scores } from "./scores";
import { search } from "./search";
import { progress, shell } from "./shell";
import { start } from "./start";

/** The texts of the page in Simplified Chinese. */
export const zh = {
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
  answerOptions,
  scores,
  scoreOptions,
  batch,
  ratings,
  export: exportStep,
  push,
};

/** Missing texts fall back to English. */
export const text = completed<Text>(zh, en);
