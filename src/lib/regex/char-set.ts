import { type CharSet, RegexError } from "./syntax";

const UNKNOWN = 0;
const IN = 1;
const OUT = 2;
const NARROW = 0x80;
const WIDE = 0x1_0000;

/** A set whose membership JavaScript's regex engine decides, cached by character. */
class NativeSet implements CharSet {
  readonly #expression: RegExp;
  #known = new Uint8Array(NARROW);

  constructor(expression: RegExp) {
    this.#expression = expression;
  }

  has(codePoint: number): boolean {
    if (codePoint >= this.#known.length) {
      if (codePoint >= WIDE) return this.#ask(codePoint);
      const wide = new Uint8Array(WIDE);
      wide.set(this.#known);
      this.#known = wide;
    }
    const known = this.#known[codePoint];
    if (known !== UNKNOWN) return known === IN;
    const isIn = this.#ask(codePoint);
    this.#known[codePoint] = isIn ? IN : OUT;
    return isIn;
  }

  #ask(codePoint: number): boolean {
    return this.#expression.test(String.fromCodePoint(codePoint));
  }
}

/** Creates sets, one per distinct source. */
export class CharSets {
  readonly #made = new Map<string, CharSet>();

  /**
   * @param source one character, escape or class in JavaScript syntax under `flag`
   * @param flag "u", or "v" for nested classes
   */
  of(source: string, ignoreCase: boolean, flag: "u" | "v"): CharSet {
    const key = `${ignoreCase ? "i" : ""}${flag}${source}`;
    const known = this.#made.get(key);
    if (known) return known;
    const set = new NativeSet(compile(source, ignoreCase ? `i${flag}` : flag));
    this.#made.set(key, set);
    return set;
  }
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, flags);
  } catch {
    throw new RegexError({ kind: "character-class", source });
  }
}
