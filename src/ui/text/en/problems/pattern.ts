import type { PatternProblems } from "../../../../lib/problems/pattern-problems";
import { regexFault } from "../regex-faults";
import type { ProblemTexts } from "./words";

const LIST_NAMES = "Write module names separated by commas, a simpler regex, or all-linear.";

export const patternProblems: ProblemTexts<PatternProblems> = {
  "config/pattern-endless": ({ pattern }) => ({
    what: `The regular expression ${shown(pattern)} takes too long to match.`,
    advice: LIST_NAMES,
  }),
  "config/pattern-unreadable": ({ pattern, fault }) => ({
    what: `${shown(pattern)} is not a Python regular expression that the studio supports: ${regexFault(fault)}.`,
    advice: LIST_NAMES,
  }),
};

function shown(pattern: string): string {
  return `"${pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern}"`;
}
