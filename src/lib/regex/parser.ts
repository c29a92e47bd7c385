import type { PlacedRegexFault } from "../problems/pattern-problems";
import { CharSets } from "./char-set";
import { type CharSet, type PlaceKind, RegexError, type RegexFlags, type RegexNode } from "./syntax";

/** Maximum nesting of groups. */
const MAX_DEPTH = 200;
/** Maximum length of an expression. */
const MAX_SOURCE_CHARS = 2 ** 16;

export interface Repeat {
  readonly min: number;
  readonly max: number;
}

/** Result of an opening bracket; null for a comment. `flags` apply to the group, or to what follows it. */
export type GroupStart =
  | { readonly kind: "group" | "atomic"; readonly flags?: RegexFlags }
  | { readonly kind: "look"; readonly isAhead: boolean; readonly isNegated: boolean }
  | { readonly kind: "flags"; readonly flags: RegexFlags }
  | null;

/** The grammar shared by all dialects: alternatives, sequences, groups, quantifiers. Dialects parse the rest. */
export abstract class RegexParser {
  protected readonly source: string;
  protected readonly sets = new CharSets();
  protected at = 0;
  #depth = 0;

  constructor(source: string) {
    if (source.length > MAX_SOURCE_CHARS) throw RegexError.overBudget();
    this.source = source;
  }

  /** @throws RegexError if the expression is invalid or uses an unsupported feature */
  parse(flags: RegexFlags): RegexNode {
    const node = this.#choice(flags);
    if (this.at < this.source.length) throw this.fault("unbalanced");
    return node;
  }

  /** Parses the kind of a group, after its opening bracket. */
  protected abstract groupStart(flags: RegexFlags): GroupStart;
  /** Parses an escape, class, dot or other character that stands for a set or an assertion. */
  protected abstract atom(flags: RegexFlags): RegexNode;
  /** Parses a quantifier; null if there is none. */
  protected abstract repeat(): Repeat | null;
  /** Whether a "+" after a quantifier makes it possessive. */
  protected abstract readonly hasPossessive: boolean;

  protected fault(kind: PlacedRegexFault): RegexError {
    return new RegexError({ kind, position: this.at });
  }

  /** Consumes a text if it comes next. */
  protected take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Consumes the match of a sticky expression. */
  protected takeMatch(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at;
    const match = expression.exec(this.source);
    if (match) this.at += match[0].length;
    return match;
  }

  /** Consumes one character. */
  protected next(): string {
    const codePoint = this.source.codePointAt(this.at);
    if (codePoint === undefined) throw this.fault("unexpected-end");
    const character = String.fromCodePoint(codePoint);
    this.at += character.length;
    return character;
  }

  protected char(set: CharSet): RegexNode {
    return { kind: "char", set };
  }

  protected place(place: PlaceKind, lineEnds: CharSet, word: CharSet): RegexNode {
    return { kind: "place", place, lineEnds, word };
  }

  #choice(flags: RegexFlags): RegexNode {
    if (++this.#depth > MAX_DEPTH) throw RegexError.overBudget();
    const nodes: RegexNode[] = [];
    let current = flags;
    do {
      const [node, after] = this.#sequence(current);
      nodes.push(node);
      current = after;
    } while (this.take("|"));
    this.#depth--;
    const [only] = nodes;
    return nodes.length === 1 && only ? only : { kind: "choice", nodes };
  }

  #sequence(flags: RegexFlags): [RegexNode, RegexFlags] {
    const nodes: RegexNode[] = [];
    let current = flags;
    for (;;) {
      if (current.x) this.takeMatch(/(?:\s|#[^\n]*)+/y);
      const ahead = this.source[this.at];
      if (ahead === undefined || ahead === "|" || ahead === ")") break;
      if (ahead === "(") {
        this.at++;
        const start = this.groupStart(current);
        if (start === null) continue;
        if (start.kind === "flags") current = start.flags;
        else nodes.push(this.#repeated(this.#group(start, current), current));
      } else if (this.repeat()) {
        throw this.fault("nothing-to-repeat");
      } else nodes.push(this.#repeated(this.atom(current), current));
    }
    const [only] = nodes;
    return [nodes.length === 1 && only ? only : { kind: "sequence", nodes }, current];
  }

  #group(start: Exclude<GroupStart, null | { kind: "flags" }>, flags: RegexFlags): RegexNode {
    const node = this.#choice(start.kind === "look" ? flags : (start.flags ?? flags));
    if (!this.take(")")) throw this.fault("group-not-closed");
    if (start.kind === "look") return { ...start, node };
    return start.kind === "atomic" ? { kind: "atomic", node } : node;
  }

  #repeated(node: RegexNode, flags: RegexFlags): RegexNode {
    if (flags.x) this.takeMatch(/(?:\s|#[^\n]*)+/y);
    const repeat = this.repeat();
    if (!repeat) return node;
    if (repeat.min > repeat.max) throw this.fault("repeat-range");
    const isLazy = this.take("?");
    const isPossessive = !isLazy && this.hasPossessive && this.take("+");
    const repeated: RegexNode = { kind: "repeat", node, ...repeat, isGreedy: !isLazy };
    if (this.repeat()) throw this.fault("multiple-repeat");
    return isPossessive ? { kind: "atomic", node: repeated } : repeated;
  }
}
