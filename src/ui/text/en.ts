import { forecast } from "./en/forecast";
import { hub } from "./en/hub";
import { data, method, model } from "./en/prepare";
import { problem } from "./en/problems";
import { compare, exportStep } from "./en/result";
import { run, train } from "./en/run";
import { progress, shell } from "./en/shell";
import { about } from "./en/words";

/** Every sentence and label of the page in English. Another language is another object of this shape. */
export const en = {
  about,
  problem,
  shell,
  progress,
  data,
  model,
  hub,
  method,
  train,
  forecast,
  run,
  compare,
  export: exportStep,
};

/** The shape that every language has. */
export type Text = typeof en;
