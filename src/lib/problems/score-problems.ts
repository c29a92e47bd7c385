import type { RegexFault } from "./pattern-problems";

/** What keeps answers from being scored. */
export interface ScoreProblems {
  /** No row can be asked and measured; `leftOut` were tried. */
  readonly "data/nothing-to-score": { readonly leftOut: number };
  /** No prompt of the files can be asked. */
  readonly "data/nothing-to-ask": { readonly leftOut: number };
  /** The expression for answers is none of Python's; `fault` is null where it is too large. */
  readonly "config/score-pattern": { readonly pattern: string; readonly fault: RegexFault | null };
}
