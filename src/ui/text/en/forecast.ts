import type { FitKind, FitOptions, MemoryForecast } from "../../../shared/forecast";
import { format } from "./format";
import { trainingOptions } from "./options";
import { plural } from "./words";

/* Texts of the run forecast in the Train step. */

const parts: Readonly<Record<Exclude<keyof MemoryForecast, "total">, string>> = {
  weights: "Model weights",
  activations: "Activations",
  adapter: "Adapter",
  optimizer: "Optimizer state",
  inputs: "Inputs",
  others: "Kept for answers",
};

export const forecast = {
  title: "What this run needs",
  parts,
  of: (total: number, budget: number) => `${format.bytes(total)} of ${format.bytes(budget)}`,
  barLabel: (total: number, budget: number) =>
    `The run needs ${format.bytes(total)} of GPU memory; ${format.bytes(budget)} is available.`,
  mixed: (rows: number, mixed: number, name: string, share: number) => {
    const isShort = mixed + 1 < rows * share;
    const counted = `An epoch trains on ${plural(rows, "row", "rows")}, ${format.integer(mixed)} of them (${format.done(mixed / rows)}) from ${name}`;
    return isShort
      ? `${counted}: it has no more to make up ${format.done(share)}. Blocks of text count as rows.`
      : `${counted}. Blocks of text count as rows.`;
  },
  waiting: "Choose a dataset and a model to see what a run needs.",
  budget: "GPU memory in GB",
  budgetHint: (assumed: number, largest: number) =>
    `Browsers do not report a GPU's memory: ${format.bytes(assumed)} is assumed, so enter yours. A single buffer can hold up to ${format.bytes(largest)}.`,
  budgetProblem: "A number above 0.",
  tooMuch: (over: number) => `This run needs ${format.bytes(over)} more than the GPU has`,
  oversized: (bytes: number, most: number) =>
    `One intermediate result takes ${format.bytes(bytes)}, but this GPU takes at most ${format.bytes(most)} at a time. Shorter rows or smaller batches help.`,
  changesLead: "Any one of these changes would make it fit:",
  noChange: "None of these options reduces it enough. Try a smaller model.",
  kinds: {
    checkpointing: "same result, about a third slower",
    batch: "same number of rows per step",
    length: "longer rows are truncated",
    together: "all of these together",
    quantization: "reloads the model with its layers in 4 bits",
  } satisfies Readonly<Record<FitKind, string>>,
  change: (options: FitOptions) =>
    Object.entries(options)
      .map(([name, value]) => {
        const label = trainingOptions[name as keyof FitOptions].label;
        return value === true ? label : `${label} ${value}`;
      })
      .join(", "),
  quantise: "Model in NF4",
  notEnough: "not enough on its own",
  time: "Time",
  measure: "Measure speed",
  measuring: "Measuring…",
  unmeasured: (steps: number) =>
    `${plural(steps, "step", "steps")}. To see how long they take, measure for a few seconds or start the run.`,
  expected: (steps: number, totalMs: number) =>
    `${capital(format.about(totalMs))} for ${plural(steps, "step", "steps")}, at the speed of the latest run like this.`,
  /** What ends a run before its last step. */
  bounds: (minutes: number, patience: number) => {
    const limits = [
      ...(minutes > 0
        ? [`after ${minutes === 1 ? "one minute" : `${format.compact(minutes)} minutes`}`]
        : []),
      ...(patience > 0 ? ["once the held-out rows stop improving"] : []),
    ];
    return limits.length === 0 ? "" : `It ends sooner ${limits.join(", or ")}.`;
  },
  measured: (steps: number, totalMs: number, stepMs: number, tokensPerSecond: number) =>
    `${capital(format.about(totalMs))} for ${plural(steps, "step", "steps")}, ${format.step(stepMs)} each, at the measured ${format.rate(tokensPerSecond)} tokens per second.`,
};

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
