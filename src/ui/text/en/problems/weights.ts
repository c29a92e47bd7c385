import type { WeightsProblems } from "../../../../lib/problems/weights-problems";
import type { ProblemTexts } from "./words";

export const weightsProblems: ProblemTexts<WeightsProblems> = {
  "model/not-finite": ({ tensor }) => ({
    what: `${tensor} holds numbers that are not finite (NaN or infinity), so that the model can neither answer nor learn.`,
    advice:
      "The file is damaged, or was saved from a training that had diverged: get it again, or choose another checkpoint.",
  }),
};
