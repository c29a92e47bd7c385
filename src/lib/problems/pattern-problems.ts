/** Syntax errors of a regular expression. */
export type PlacedRegexFault =
  | "unknown-group"
  | "flags-not-at-start"
  | "escape"
  | "character-range"
  | "unbalanced"
  | "unexpected-end"
  | "nothing-to-repeat"
  | "group-not-closed"
  | "repeat-range"
  | "multiple-repeat";

/** Why a regular expression cannot be evaluated. */
export type RegexFault =
  /** `position` counts characters from 0. */
  | { readonly kind: PlacedRegexFault; readonly position: number }
  | { readonly kind: "back-reference" | "conditional-group" | "ascii-or-locale-flag" | "escape" }
  | { readonly kind: "character-class"; readonly source: string };

/** Regular expressions in options and adapters' folders. */
export interface PatternProblems {
  /** Evaluation exceeds the budget. */
  readonly "config/pattern-endless": { readonly pattern: string };
  /** Invalid in Python, or an unsupported feature. */
  readonly "config/pattern-unreadable": { readonly pattern: string; readonly fault: RegexFault };
}
