import { BoundedRegex } from "../../lib/regex/regex";
import { RegexError } from "../../lib/regex/syntax";
import { LuthierError } from "../../lib/errors";
import type { AnswerScore } from "../score";

/**
 * Whether an expression in Python's syntax matches somewhere in the answer.
 * @throws LuthierError("config") at the field "pattern" if it is invalid
 */
export function regexScore(pattern: string): AnswerScore {
  const expression = compile(pattern);
  return ({ answer }) => {
    try {
      return Number(expression.matches(answer).next().done !== true);
    } catch (error) {
      // A search that exceeds the budget counts as no match.
      if (error instanceof RegexError) return 0;
      throw error;
    }
  };
}

function compile(pattern: string): BoundedRegex {
  try {
    return BoundedRegex.python(pattern);
  } catch (cause) {
    if (!(cause instanceof RegexError)) throw cause;
    throw new LuthierError(
      { code: "config/score-pattern", pattern, fault: cause.fault },
      { field: "pattern", cause },
    );
  }
}
