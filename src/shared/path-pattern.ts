import { LuthierError } from "../lib/errors";
import { BoundedRegex } from "../lib/regex/regex";
import { RegexError } from "../lib/regex/syntax";

/** Forms and folders have a few expressions, which are asked about every module of a model. */
const KEPT = 1024;
const compiled = new Map<string, BoundedRegex>();

/**
 * Whether an expression matches the whole of a module's path, as Python's `re.fullmatch` says.
 * @param field of the form that holds it @throws LuthierError for what is no expression, or takes too long
 */
export function matchesPath(pattern: string, path: string, field?: string): boolean {
  return orProblem(pattern, field, () => compile(pattern).matchesWhole(path));
}

/**
 * Whether a key of rank_pattern or alpha_pattern fits a module's path, by PEFT's rule for it.
 * @throws LuthierError for what is no expression, or takes too long
 */
export function fitsPath(key: string, path: string, field?: string): boolean {
  return orProblem(key, field, () => compile(`(.*\\.)?(${key})$`).matchesStart(path));
}

/** Why a text is no expression of Python's that the studio evaluates; null when it is one. */
export function patternFault(pattern: string): string | null {
  try {
    compile(pattern);
    return null;
  } catch (error) {
    if (error instanceof RegexError) return error.message;
    throw error;
  }
}

function compile(source: string): BoundedRegex {
  const known = compiled.get(source);
  if (known) return known;
  const regex = BoundedRegex.python(source);
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(source, regex);
  return regex;
}

function orProblem<T>(pattern: string, field: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RegexError)) throw cause;
    throw new LuthierError(
      cause.isOverBudget
        ? { code: "config/pattern-endless", pattern }
        : { code: "config/pattern-unreadable", pattern, reason: cause.message },
      { cause, ...(field && { field }) },
    );
  }
}
