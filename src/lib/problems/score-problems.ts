import type { RegexFault } from "./pattern-problems";

/** Problems with scoring answers. */
export interface ScoreProblems {
  /** None of the rows can be prompted and measured; `leftOut` were tried. */
  readonly "data/nothing-to-score": { readonly leftOut: number };
  /** None of the files' rows can be used as a prompt. */
  readonly "data/nothing-to-ask": { readonly leftOut: number };
  /** Not a valid Python regular expression; `fault` is null if it is too large. */
  readonly "config/score-pattern": { readonly pattern: string; readonly fault: RegexFault | null };
}
