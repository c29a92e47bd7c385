import type { LogLine } from "../../../protocol/log";
import { format } from "./format";
import { problem } from "./problems";
import { scores } from "./scores";
import type { Problem } from "../../../lib/problems/problem";

const sentences = (told: Problem): string => {
  const { what, advice } = problem(told);
  return `${what} ${advice}`.trim();
};

/** A line of the run's log. */
export function logLine(line: LogLine): string {
  switch (line.kind) {
    case "resumed":
      return `Resuming after step ${line.step} of ${line.totalSteps}.`;
    case "optimizer-resumed":
      return `Continuing with the optimizer state from step ${line.steps}.`;
    case "warmup-cut":
      return `Warming up for ${format.integer(line.taken)} steps instead of ${format.integer(line.asked)}, since the run has only ${format.integer(line.totalSteps)}.`;
    case "weighing":
      return `Estimating the importance of every weight on ${line.texts} texts, to select the ones to train.`;
    case "weighed":
      return `Importance estimated on ${line.done} of ${line.texts} texts.`;
    case "comparing":
      return `Computing how likely the model finds both answers of ${line.pairs === 1 ? "one pair" : `${format.integer(line.pairs)} pairs`} before training.`;
    case "compared":
      return `Computed for ${format.integer(line.done)} of ${format.integer(line.pairs)} pairs.`;
    case "selected":
      return `From here on ${format.integer(line.numbers)} weights train; the rest stay frozen.`;
    case "time-over":
      return `The time limit of ${line.minutes === 1 ? "one minute" : `${format.compact(line.minutes)} minutes`} is reached.`;
    case "extended":
      return `Going on after step ${line.step}, up to step ${line.totalSteps}.`;
    case "no-metric":
      return `“${scores.names[line.metric]}” does not apply to the held-out rows; the validation loss decides instead.`;
    case "stopping-early": {
      const { measurements, metric = "loss" } = line;
      return `Stopping early: ${metric === "loss" ? "the validation loss" : `“${scores.names[metric]}”`} has not improved in ${measurements === 1 ? "one evaluation" : `${measurements} evaluations`}.`;
    }
    case "best-taken":
      return line.metric === undefined || line.metric === "loss"
        ? `Restored the weights of step ${line.step}, which had the lowest validation loss: ${format.fixed(line.loss, 4)}.`
        : `Restored the weights of step ${line.step}, which were the best by “${scores.names[line.metric]}”; their validation loss: ${format.fixed(line.loss, 4)}.`;
    case "kernel-broken":
      return `${problem(line.problem).what} If another kernel can do the work, it is used instead.`;
    case "samples-ended":
      return `No more sample answers: ${sentences(line.problem)}`;
    case "problem":
      return sentences(line.problem);
  }
}
