import type { RegexFault } from "../problems/pattern-problems";

/** Whether a character belongs to a set. */
export interface CharSet {
  has(codePoint: number): boolean;
}

/** A zero-width assertion. */
export type PlaceKind =
  "start" | "end" | "line-start" | "line-end" | "last-line-end" | "word-edge" | "no-word-edge";

/** A regular expression's syntax tree. Groups do not capture, since only positions of matches are needed. */
export type RegexNode =
  | { readonly kind: "char"; readonly set: CharSet }
  | { readonly kind: "sequence" | "choice"; readonly nodes: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly node: RegexNode;
      readonly min: number;
      readonly max: number;
      readonly isGreedy: boolean;
    }
  | {
      readonly kind: "look";
      readonly node: RegexNode;
      readonly isAhead: boolean;
      readonly isNegated: boolean;
    }
  /** An atomic group: its match is not backtracked into. */
  | { readonly kind: "atomic"; readonly node: RegexNode }
  | { readonly kind: "place"; readonly place: PlaceKind; readonly lineEnds: CharSet; readonly word: CharSet };

/** Inline flags: ignore case, multiline, dotall, verbose. */
export interface RegexFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

/** Why an expression cannot be used; callers add where it came from. */
export class RegexError extends Error {
  /** Null if it exceeds the budget. */
  readonly fault: RegexFault | null;

  constructor(fault: RegexFault | null) {
    super(fault?.kind ?? "over-budget");
    this.name = "RegexError";
    this.fault = fault;
  }

  static overBudget(): RegexError {
    return new RegexError(null);
  }
}
