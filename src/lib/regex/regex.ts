import { parseJavaScript } from "./javascript";
import { Matcher } from "./matcher";
import { compileProgram, type RegexProgram } from "./program";
import { parsePython } from "./python";
import type { RegexNode } from "./syntax";

/** Position of a match in a text. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
}

/** Step budget for a short text; thousands of names may be tested in a row. */
const STEPS_FOR_NAME = 200_000;

/**
 * An untrusted regular expression, evaluated in time proportional to the text and the expression. Back references and
 * conditionals are not supported.
 */
export class BoundedRegex {
  readonly #program: RegexProgram;

  private constructor(tree: RegexNode) {
    this.#program = compileProgram(tree);
  }

  /**
   * Compiles an expression in the syntax of Python's `re`.
   * @throws RegexError if it is invalid, uses an unsupported feature or is too large
   */
  static python(source: string): BoundedRegex {
    return new BoundedRegex(parsePython(source));
  }

  /**
   * Compiles a JavaScript expression with the flag "u".
   * @throws RegexError if it uses an unsupported feature or is too large
   */
  static javaScript(expression: RegExp): BoundedRegex {
    return new BoundedRegex(parseJavaScript(expression));
  }

  /**
   * Whether it matches a whole short text, such as a name: Python's `fullmatch`.
   * @throws RegexError if that exceeds the budget
   */
  matchesWhole(name: string): boolean {
    return new Matcher(this.#program, name, STEPS_FOR_NAME).matchAt(0, true) >= 0;
  }

  /**
   * Whether it matches at the start of a short text: Python's `match`.
   * @throws RegexError if that exceeds the budget
   */
  matchesStart(name: string): boolean {
    return new Matcher(this.#program, name, STEPS_FOR_NAME).matchAt(0) >= 0;
  }

  /**
   * All successive matches.
   * @throws RegexError if that exceeds the budget
   */
  *matches(text: string): Generator<RegexMatch> {
    const matcher = new Matcher(this.#program, text);
    for (let start = 0; start <= text.length;) {
      const end = matcher.matchAt(start);
      if (end >= 0) yield { start, end };
      start = end > start ? end : start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
    }
  }
}
