import type { ScoreProblems } from "../../../../lib/problems/score-problems";
import { regexFault } from "../regex-faults";
import type { ProblemTexts } from "./words";

export const scoreProblems: ProblemTexts<ScoreProblems> = {
  "data/nothing-to-score": ({ leftOut }) => ({
    what:
      leftOut > 0
        ? "None of the rows can be scored: they are too long, or the template refuses them."
        : "There are no rows to score.",
    advice: "Hold rows out in Train (validation share), or choose a file of test rows.",
  }),
  "config/score-pattern": ({ pattern, fault }) => ({
    what: `"${pattern}" is no regular expression of Python's that the studio evaluates${fault ? `: ${regexFault(fault)}` : ""}.`,
    advice: "Correct it, or leave the field empty.",
  }),
};
