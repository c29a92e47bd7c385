import type { RegexFault } from "../problems/pattern-problems";

/** Whether one character belongs to a set. */
export interface CharSet {
  has(codePoint: number): boolean;
}

/** A condition on a place between characters. */
export type PlaceKind =
  "start" | "end" | "line-start" | "line-end" | "last-line-end" | "word-edge" | "no-word-edge";

/** A regular expression as a tree. Groups do not capture: the studio asks where a match is, and no more. */
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
  /** What is matched inside is never tried in another way. */
  | { readonly kind: "atomic"; readonly node: RegexNode }
  | { readonly kind: "place"; readonly place: PlaceKind; readonly lineEnds: CharSet; readonly word: CharSet };

/** Modifiers of a part of an expression: ignore case, `^` and `$` at lines, dot for all, white space and comments. */
export interface RegexFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly x: boolean;
}

/** Why an expression cannot be used, for whoever knows where it came from. */
export class RegexError extends Error {
  /** Null where it asks for more time or room than any expression that is meant. */
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
