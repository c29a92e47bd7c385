import type { PreTrainedTokenizer } from "@xenova/transformers";
import { LuthierError } from "../lib/errors";
import { isQuick } from "../lib/regex/quick";
import { BoundedRegex, type RegexMatch } from "../lib/regex/regex";
import { RegexError } from "../lib/regex/syntax";

/** Length of a pattern shown in errors. */
const SHOWN_CHARS = 80;

/**
 * Replaces the tokenizer's regular expressions with a linear-time matcher, since JavaScript's can backtrack
 * exponentially.
 * @throws LuthierError for an unsupported expression
 */
export function boundPatterns({
  normalizer,
  pre_tokenizer,
  decoder,
}: PreTrainedTokenizer["_tokenizer"]): void {
  const seen = new Set<unknown>();
  for (const part of [normalizer, pre_tokenizer, decoder]) boundWithin(part, seen);
}

function boundWithin(part: unknown, seen: Set<unknown>): void {
  // The library's components are callable objects with properties.
  if ((typeof part !== "object" && typeof part !== "function") || part === null || seen.has(part)) return;
  seen.add(part);
  if (part instanceof Map || ArrayBuffer.isView(part)) return;
  for (const [name, held] of Object.entries(part)) {
    if (held instanceof RegExp) Object.assign(part, { [name]: bounded(held) });
    else boundWithin(held, seen);
  }
}

function bounded(expression: RegExp): RegExp | BoundedPattern {
  return orProblem(expression.source, () => {
    if (isQuick(expression)) return expression;
    return new BoundedPattern(expression);
  });
}

function orProblem<T>(source: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RegexError)) throw cause;
    const pattern = source.length > SHOWN_CHARS ? `${source.slice(0, SHOWN_CHARS)}…` : source;
    throw new LuthierError(
      cause.fault
        ? { code: "tokenizer/pattern-unreadable", pattern, fault: cause.fault }
        : { code: "tokenizer/pattern-endless", pattern },
      { cause },
    );
  }
}

/** Mimics a global RegExp, for the string methods that the library calls. */
class BoundedPattern {
  readonly flags = "gu";
  readonly source: string;
  readonly #regex: BoundedRegex;

  constructor(expression: RegExp) {
    this.source = expression.source;
    this.#regex = BoundedRegex.javaScript(expression);
  }

  [Symbol.match](text: string): string[] | null {
    const found = this.#matches(text).map(({ start, end }) => text.slice(start, end));
    return found.length > 0 ? found : null;
  }

  [Symbol.matchAll](text: string): Iterable<{ 0: string; index: number }> {
    return this.#matches(text).map(({ start, end }) => ({ 0: text.slice(start, end), index: start }));
  }

  [Symbol.replace](text: string, content: string): string {
    let replaced = "";
    let done = 0;
    for (const { start, end } of this.#matches(text)) {
      replaced += text.slice(done, start) + content;
      done = end;
    }
    return replaced + text.slice(done);
  }

  /** The caller drops empty pieces. */
  [Symbol.split](text: string): string[] {
    const pieces: string[] = [];
    let done = 0;
    for (const { start, end } of this.#matches(text)) {
      pieces.push(text.slice(done, start));
      done = end;
    }
    return [...pieces, text.slice(done)];
  }

  #matches(text: string): RegexMatch[] {
    return orProblem(this.source, () => [...this.#regex.matches(text)]);
  }
}
