import type { ProblemWords } from "../../../../lib/errors";
import type { Problems } from "../../../../lib/problems/problem";

/** The words for each code of a part of the studio: a missing or extra code does not compile. */
export type ProblemTexts<Part = Problems> = {
  readonly [Code in keyof Part]: (facts: Part[Code]) => ProblemWords;
};
