import type { LogLine } from "../../../protocol/log";
import { format } from "./format";
import { problem } from "./problems";
import type { Problem } from "../../../lib/problems/problem";

const sentences = (told: Problem): string => {
  const { what, advice } = problem(told);
  return `${what} ${advice}`.trim();
};

/** A line of the run's log. */
export function logLine(line: LogLine): string {
  switch (line.kind) {
    case "resumed":
      return `Going on after step ${line.step} of ${line.totalSteps}.`;
    case "optimizer-resumed":
      return `Going on with the optimizer as it was after ${line.steps} steps.`;
    case "warmup-cut":
      return `Warming up for ${format.integer(line.taken)} steps instead of ${format.integer(line.asked)}, as the run has ${format.integer(line.totalSteps)} in all.`;
    case "attention-not-dropped":
      return `The model's config.json asks for dropout of ${format.fixed(line.share, 2)} on attention's probabilities. Luthier leaves them whole, where Hugging Face's training drops them; dropout in the other places acts as there.`;
    case "weighing":
      return `Weighing every weight on ${line.texts} texts, to choose those that train.`;
    case "weighed":
      return `Weighed on ${line.done} of ${line.texts} texts.`;
    case "selected":
      return `From here on ${format.integer(line.numbers)} numbers train; the others stay.`;
    case "stopping-early": {
      const { measurements } = line;
      return `Stopping early: the validation loss has not fallen for ${measurements === 1 ? "one measurement" : `${measurements} measurements`}.`;
    }
    case "best-taken":
      return `Took the values of step ${line.step}, whose validation loss was the lowest: ${format.fixed(line.loss, 4)}.`;
    case "kernel-broken":
      return `${problem(line.problem).what} Where there is another kernel for the work, it is used.`;
    case "samples-ended":
      return `No more sample answers: ${sentences(line.problem)}`;
    case "problem":
      return sentences(line.problem);
  }
}
