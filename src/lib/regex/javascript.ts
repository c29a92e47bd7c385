import { type GroupStart, RegexParser, type Repeat } from "./parser";
import { RegexError, type RegexFlags, type RegexNode } from "./syntax";

/** Parser for expressions that `new RegExp` has accepted with the flag "u". */
class JavaScriptParser extends RegexParser {
  protected readonly hasPossessive = false;

  protected groupStart(flags: RegexFlags): GroupStart {
    if (!this.take("?")) return { kind: "group" };
    const look = this.takeMatch(/<?[=!]/y)?.[0];
    if (look) return { kind: "look", isAhead: !look.startsWith("<"), isNegated: look.endsWith("!") };
    if (this.take(":") || this.takeMatch(/<[^>]*>/y)) return { kind: "group" };
    const modifiers = this.takeMatch(/([ims]*)(?:-([ims]*))?:/y);
    if (!modifiers) throw this.fault("unknown-group");
    return { kind: "group", flags: changed(flags, modifiers[1] ?? "", modifiers[2] ?? "") };
  }

  protected repeat(): Repeat | null {
    if (this.take("*")) return { min: 0, max: Infinity };
    if (this.take("+")) return { min: 1, max: Infinity };
    if (this.take("?")) return { min: 0, max: 1 };
    const counts = this.takeMatch(/\{(\d+)(,(\d*))?\}/y);
    if (!counts) return null;
    const [, least = "", comma, most] = counts;
    return { min: Number(least), max: comma === undefined ? Number(least) : most ? Number(most) : Infinity };
  }

  protected atom({ i, m, s }: RegexFlags): RegexNode {
    const of = (source: string): RegexNode => this.char(this.sets.of(source, i, "u"));
    const lineEnds = this.sets.of("[\\n\\r\\u2028\\u2029]", false, "u");
    const word = this.sets.of("\\w", i, "u");
    if (this.take("^")) return this.place(m ? "line-start" : "start", lineEnds, word);
    if (this.take("$")) return this.place(m ? "line-end" : "end", lineEnds, word);
    if (this.take("\\b")) return this.place("word-edge", lineEnds, word);
    if (this.take("\\B")) return this.place("no-word-edge", lineEnds, word);
    if (this.take(".")) return of(s ? "[^]" : ".");
    const whole = this.takeMatch(
      /\[(?:[^\]\\]|\\.)*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|x..|c.)/suy,
    );
    if (whole) return of(whole[0]);
    const character = this.next();
    if (character !== "\\") return of(`\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
    const escaped = this.next();
    if (/[1-9k]/.test(escaped)) throw new RegexError({ kind: "back-reference" });
    return of(`\\${escaped}`);
  }
}

function changed(flags: RegexFlags, on: string, off: string): RegexFlags {
  const is = (flag: "i" | "m" | "s"): boolean => (flags[flag] || on.includes(flag)) && !off.includes(flag);
  return { ...flags, i: is("i"), m: is("m"), s: is("s") };
}

/** Parses a JavaScript expression with the flag "u". */
export function parseJavaScript({ source, ignoreCase, multiline, dotAll }: RegExp): RegexNode {
  return new JavaScriptParser(source).parse({ i: ignoreCase, m: multiline, s: dotAll, x: false });
}
