import { LuthierError } from "../lib/errors";
import { BoundedRegex } from "../lib/regex/regex";
import { RegexError } from "../lib/regex/syntax";

/** Cache limit; a few patterns are tested against every module of a model. */
const CACHE_SIZE = 1024;
const compiled = new Map<string, BoundedRegex>();

/**
 * Whether a regex matches a module path entirely, like Python's `re.fullmatch`.
 * @param field form field with the regex, for errors
 * @throws LuthierError for an invalid regex, or one that takes too long
 */
export function matchesPath(pattern: string, path: string, field?: string): boolean {
  return orProblem(pattern, field, () => compile(pattern).matchesWhole(path));
}

/**
 * Whether a key of rank_pattern or alpha_pattern matches a module path, by PEFT's rule.
 * @throws LuthierError for an invalid regex, or one that takes too long
 */
export function matchesPatternKey(key: string, path: string, field?: string): boolean {
  return orProblem(key, field, () => compile(`(.*\\.)?(${key})$`).matchesStart(path));
}

/** Whether a text is a supported Python regex. */
export function isPattern(pattern: string): boolean {
  try {
    compile(pattern);
    return true;
  } catch (error) {
    if (error instanceof RegexError) return false;
    throw error;
  }
}

function compile(source: string): BoundedRegex {
  const known = compiled.get(source);
  if (known) return known;
  const regex = BoundedRegex.python(source);
  if (compiled.size >= CACHE_SIZE) compiled.clear();
  compiled.set(source, regex);
  return regex;
}

function orProblem<T>(pattern: string, field: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RegexError)) throw cause;
    throw new LuthierError(
      cause.fault
        ? { code: "config/pattern-unreadable", pattern, fault: cause.fault }
        : { code: "config/pattern-endless", pattern },
      { cause, ...(field && { field }) },
    );
  }
}
