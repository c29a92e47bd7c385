import type { PlacedRegexFault, RegexFault } from "../../../lib/problems/pattern-problems";

const placed: Readonly<Record<PlacedRegexFault, string>> = {
  "unknown-group": "unknown group",
  "flags-not-at-start": "global flags not at the start",
  escape: "bad escape",
  "character-range": "bad character range",
  unbalanced: "unbalanced parenthesis",
  "unexpected-end": "unexpected end",
  "nothing-to-repeat": "nothing to repeat",
  "group-not-closed": "group not closed",
  "repeat-range": "minimum repeat greater than the maximum",
  "multiple-repeat": "multiple repeat",
};

/** Describes a fault of a regular expression, as part of a sentence. */
export function regexFault(fault: RegexFault): string {
  if ("position" in fault) return `${placed[fault.kind]} at position ${fault.position}`;
  switch (fault.kind) {
    case "back-reference":
      return "back references are not supported";
    case "conditional-group":
      return "conditional groups are not supported";
    case "ascii-or-locale-flag":
      return "the flags a and L are not supported";
    case "escape":
      return "bad escape";
    case "character-class":
      return `bad character class ${fault.source}`;
  }
}
