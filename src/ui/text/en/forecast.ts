import type { FitKind, FitOptions, MemoryForecast } from "../../../shared/forecast";
import { format } from "./format";
import { trainingOptions } from "./options";
import { plural } from "./words";

/* Texts of what a run will take, in the Train step. */

const parts: Readonly<Record<Exclude<keyof MemoryForecast, "total">, string>> = {
  weights: "Model weights",
  activations: "Activations",
  adapter: "Adapter",
  optimizer: "Optimizer state",
  inputs: "Inputs",
  others: "Kept for answers",
};

export const forecast = {
  title: "What this run takes",
  parts,
  of: (total: number, budget: number) => `${format.bytes(total)} of ${format.bytes(budget)}`,
  barLabel: (total: number, budget: number) =>
    `The run takes ${format.bytes(total)} of GPU memory; ${format.bytes(budget)} are at hand.`,
  waiting: "Choose a dataset and a model to see what a run takes.",
  budget: "GPU memory in GB",
  budgetHint: (assumed: number, largest: number) =>
    `Browsers do not tell how much a GPU has: ${format.bytes(assumed)} is an assumption, type yours. One buffer of it holds up to ${format.bytes(largest)}.`,
  budgetProblem: "A number above 0.",
  tooMuch: (over: number) => `This run needs ${format.bytes(over)} more than the GPU has`,
  oversized: (bytes: number, most: number) =>
    `One intermediate result takes ${format.bytes(bytes)}, but this GPU takes at most ${format.bytes(most)} at a time. Shorter rows or smaller batches help.`,
  changesLead: "One of these brings it down:",
  noChange: "No change of these options brings it down far enough. A smaller model would fit.",
  kinds: {
    checkpointing: "the same result, about a third slower",
    batch: "as many rows in a step as before",
    length: "longer rows are cut",
    together: "all of it at once",
    quantization: "loads the model again, its layers in four bits",
  } satisfies Readonly<Record<FitKind, string>>,
  change: (options: FitOptions) =>
    Object.entries(options)
      .map(([name, value]) => {
        const label = trainingOptions[name as keyof FitOptions].label;
        return value === true ? label : `${label} ${value}`;
      })
      .join(", "),
  quantise: "Model in NF4",
  notEnough: "not enough alone",
  time: "Time",
  measure: "Measure speed",
  measuring: "Measuring…",
  unmeasured: (steps: number) =>
    `${plural(steps, "step", "steps")}. How long one takes shows after a measurement of a few seconds, or with the first steps of the run.`,
  measured: (steps: number, totalMs: number, stepMs: number, tokensPerSecond: number) =>
    `${capital(format.about(totalMs))} for ${plural(steps, "step", "steps")}, ${format.step(stepMs)} each, at the measured ${format.rate(tokensPerSecond)} tokens a second.`,
};

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
