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
  "data/nothing-to-ask": ({ leftOut }) => ({
    what:
      leftOut > 0
        ? "None of the prompts can be asked: they are too long, or the template refuses them."
        : "There are no prompts in the file.",
    advice:
      "Choose a file with a prompt in each row: prompt, instruction, question, or messages; or a line each in a .txt file.",
  }),
  "config/score-pattern": ({ pattern, fault }) => ({
    what: `"${pattern}" is no regular expression of Python's that the studio evaluates${fault ? `: ${regexFault(fault)}` : ""}.`,
    advice: "Correct it, or leave the field empty.",
  }),
};
