import { parseJavaScript } from "./javascript";
import { Matcher } from "./matcher";
import { compileProgram, type RegexProgram } from "./program";
import { parsePython } from "./python";
import type { RegexNode } from "./syntax";

/** Where an expression was found in a text. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
}

/** Steps for a short text; thousands of names may be asked one after the other. */
const STEPS_FOR_NAME = 200_000;

/**
 * A regular expression from a file or a field, which may be made to hang whoever runs it: searched in time that grows with
 * the text and the expression, and no faster. Back references and conditions are not evaluated.
 */
export class BoundedRegex {
  readonly #program: RegexProgram;

  private constructor(tree: RegexNode) {
    this.#program = compileProgram(tree);
  }

  /**
   * An expression as Python's `re` reads it.
   * @throws RegexError for what is none, uses what is not evaluated, or is too large
   */
  static python(source: string): BoundedRegex {
    return new BoundedRegex(parsePython(source));
  }

  /**
   * The same expression; it has the flag "u".
   * @throws RegexError for what is not evaluated, or is too large
   */
  static javaScript(expression: RegExp): BoundedRegex {
    return new BoundedRegex(parseJavaScript(expression));
  }

  /**
   * Whether it matches the whole of a short text, such as a name: Python's `fullmatch`.
   * @throws RegexError when that takes too long
   */
  matchesWhole(name: string): boolean {
    return new Matcher(this.#program, name, STEPS_FOR_NAME).matchAt(0, true) >= 0;
  }

  /**
   * Whether it matches at the start of a short text: Python's `match`.
   * @throws RegexError when that takes too long
   */
  matchesStart(name: string): boolean {
    return new Matcher(this.#program, name, STEPS_FOR_NAME).matchAt(0) >= 0;
  }

  /** All matches, one behind the other. @throws RegexError when that takes too long */
  *matches(text: string): Generator<RegexMatch> {
    const matcher = new Matcher(this.#program, text);
    for (let start = 0; start <= text.length;) {
      const end = matcher.matchAt(start);
      if (end >= 0) yield { start, end };
      start = end > start ? end : start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
    }
  }
}
