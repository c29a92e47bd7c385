import { PYTHON_SPACE } from "../python-text";
import { type GroupStart, RegexParser, type Repeat } from "./parser";
import { type CharSet, RegexError, type RegexFlags, type RegexNode } from "./syntax";

/** Python's character classes in JavaScript syntax, for use within a class. */
const SETS: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: "[\\p{L}\\p{N}_]",
  W: "[^\\p{L}\\p{N}_]",
  s: `[${PYTHON_SPACE}]`,
  S: `[^${PYTHON_SPACE}]`,
};
const CONTROLS: Readonly<Record<string, string>> = {
  a: "\x07",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Parser for Python's `re` syntax on str. */
class PythonParser extends RegexParser {
  protected readonly hasPossessive = true;

  protected groupStart(flags: RegexFlags): GroupStart {
    if (!this.take("?")) return { kind: "group" };
    if (this.take(":") || this.takeMatch(/P<[^\W\d]\w*>/uy)) return { kind: "group" };
    if (this.take(">")) return { kind: "atomic" };
    const look = this.takeMatch(/<?[=!]/y)?.[0];
    if (look) return { kind: "look", isAhead: !look.startsWith("<"), isNegated: look.endsWith("!") };
    if (this.takeMatch(/#[^)]*\)/y)) return null;
    if (this.take("P=")) throw new RegexError({ kind: "back-reference" });
    if (this.take("(")) throw new RegexError({ kind: "conditional-group" });
    return this.#modifiers(flags);
  }

  #modifiers(flags: RegexFlags): GroupStart {
    const start = this.at - 2;
    const modifiers = this.takeMatch(/([aiLmsux]*)(?:-([imsx]+))?([:)])/y);
    if (!modifiers) throw this.fault("unknown-group");
    const [, on = "", off = "", end] = modifiers;
    if (/[aL]/.test(on)) throw new RegexError({ kind: "ascii-or-locale-flag" });
    const is = (flag: keyof RegexFlags): boolean => (flags[flag] || on.includes(flag)) && !off.includes(flag);
    const changed = { i: is("i"), m: is("m"), s: is("s"), x: is("x") };
    if (end === ":") return { kind: "group", flags: changed };
    if (start > 0) throw this.fault("flags-not-at-start");
    return { kind: "flags", flags: changed };
  }

  protected repeat(): Repeat | null {
    if (this.take("*")) return { min: 0, max: Infinity };
    if (this.take("+")) return { min: 1, max: Infinity };
    if (this.take("?")) return { min: 0, max: 1 };
    // Python takes other braces literally: "{}", and "{,}" except for the latter's meaning as "*".
    const counts = this.takeMatch(/\{(?:(\d+)|(\d*),(\d*))\}/y);
    if (!counts) return null;
    const [, exactly, least, most] = counts;
    if (exactly !== undefined) return { min: Number(exactly), max: Number(exactly) };
    return { min: Number(least ?? 0), max: most ? Number(most) : Infinity };
  }

  protected atom({ i, m, s }: RegexFlags): RegexNode {
    const of = (source: string): RegexNode => this.char(this.#set(source, i));
    const lineEnds = this.#set("\\n", false);
    const word = this.#set(SETS.w ?? "", false);
    if (this.take("^")) return this.place(m ? "line-start" : "start", lineEnds, word);
    if (this.take("$")) return this.place(m ? "line-end" : "last-line-end", lineEnds, word);
    if (this.take("\\A")) return this.place("start", lineEnds, word);
    if (this.take("\\Z")) return this.place("end", lineEnds, word);
    if (this.take("\\b")) return this.place("word-edge", lineEnds, word);
    if (this.take("\\B")) return this.place("no-word-edge", lineEnds, word);
    if (this.take(".")) return of(s ? "[^]" : "[^\\n]");
    if (this.take("[")) return of(this.#class());
    const character = this.next();
    return of(character === "\\" ? (this.#namedSet() ?? literal(this.#escaped())) : literal(character));
  }

  #set(source: string, ignoreCase: boolean): CharSet {
    return this.sets.of(source, ignoreCase, "v");
  }

  #namedSet(): string | null {
    const set = SETS[this.source[this.at] ?? ""];
    if (set === undefined) return null;
    this.at++;
    return set;
  }

  /** The character that a backslash escape stands for. */
  #escaped(isInClass = false): string {
    const hex = this.takeMatch(/x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})/y);
    if (hex) return codePoint(parseInt(hex[1] ?? hex[2] ?? hex[3] ?? "", 16));
    const octal = this.takeMatch(isInClass ? /[0-7]{1,3}/y : /0[0-7]{0,2}|[0-3][0-7]{2}/y);
    if (octal) return codePoint(parseInt(octal[0], 8));
    const character = this.next();
    if (/[1-9]/.test(character) && !isInClass) throw new RegexError({ kind: "back-reference" });
    if (isInClass && character === "b") return "\b";
    const control = CONTROLS[character];
    if (control !== undefined) return control;
    if (/[a-zA-Z0-9]/.test(character)) throw this.fault("escape");
    return character;
  }

  /** A class in JavaScript syntax, from after its opening bracket. */
  #class(): string {
    let items = this.take("^") ? "[^" : "[";
    for (let isFirst = true; isFirst || !this.take("]"); isFirst = false) {
      const first = this.#classItem();
      if (!/^-[^\]]/.test(this.source.slice(this.at, this.at + 2))) {
        items += first.set ?? literal(first.character);
        continue;
      }
      this.at++;
      const last = this.#classItem();
      if (first.set !== undefined || last.set !== undefined) throw this.fault("character-range");
      items += `${literal(first.character)}-${literal(last.character)}`;
    }
    return `${items}]`;
  }

  #classItem(): { readonly set: string } | { readonly set?: undefined; readonly character: string } {
    if (!this.take("\\")) return { character: this.next() };
    const set = this.#namedSet();
    return set === null ? { character: this.#escaped(true) } : { set };
  }
}

function codePoint(value: number): string {
  if (value > 0x10_ffff) throw new RegexError({ kind: "escape" });
  return String.fromCodePoint(value);
}

function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Parses a Python expression. */
export function parsePython(source: string): RegexNode {
  return new PythonParser(source).parse({ i: false, m: false, s: false, x: false });
}
