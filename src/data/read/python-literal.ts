/** Levels of nesting that are read. */
const MAX_DEPTH = 200;

/** Thrown where the text is not a literal; does not leave this file. */
class NoLiteral extends Error {}

/**
 * The value of a Python literal as `repr` writes it: dicts with names, lists, tuples, strings, numbers, True, False and
 * None. pandas writes cells with lists so. Dicts may also follow each other without commas, as NumPy prints arrays of
 * them. Numbers that are not finite are null. Undefined for any other text.
 */
export function parsePythonLiteral(text: string): unknown {
  const reader = new LiteralReader(text);
  try {
    const value = reader.value(0);
    reader.finish();
    return value;
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  finish(): void {
    if (this.#next() !== "") throw new NoLiteral();
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new NoLiteral();
    const first = this.#next();
    if (first === "{") return this.#dict(depth);
    if (first === "[") return this.#items("]", depth);
    if (first === "(") return this.#items(")", depth);
    if (first === "'" || first === '"') return this.#string(first);
    const word = this.#match(WORD)?.[0];
    if (word === undefined) throw new NoLiteral();
    if (WORDS.has(word)) return WORDS.get(word);
    if (!NUMBER.test(word)) throw new NoLiteral();
    const number = Number(word.replaceAll("_", ""));
    return Number.isFinite(number) ? number : null;
  }

  #dict(depth: number): Readonly<Record<string, unknown>> {
    const entries: [string, unknown][] = [];
    this.#at++;
    while (this.#next() !== "}") {
      const name = this.value(depth + 1);
      if (typeof name !== "string" || this.#next() !== ":") throw new NoLiteral();
      this.#at++;
      entries.push([name, this.value(depth + 1)]);
      this.#separate("}");
    }
    this.#at++;
    return Object.fromEntries(entries);
  }

  #items(end: string, depth: number): readonly unknown[] {
    const items: unknown[] = [];
    this.#at++;
    while (this.#next() !== end) {
      items.push(this.value(depth + 1));
      const followsDict = this.#text[this.#at - 1] === "}";
      if (!followsDict || this.#next() !== "{") this.#separate(end);
    }
    this.#at++;
    return items;
  }

  /** Skips the comma that has to follow unless the end does. */
  #separate(end: string): void {
    const next = this.#next();
    if (next === ",") this.#at++;
    else if (next !== end) throw new NoLiteral();
  }

  #string(quote: "'" | '"'): string {
    const parts: string[] = [];
    this.#at++;
    for (;;) {
      const run = this.#match(quote === "'" ? SINGLE_QUOTED : DOUBLE_QUOTED)?.[0] ?? "";
      parts.push(run);
      const stop = this.#text[this.#at];
      if (stop === quote) break;
      const escape = stop === "\\" ? this.#match(ESCAPE) : null;
      if (!escape) throw new NoLiteral();
      parts.push(unescaped(escape));
    }
    this.#at++;
    return parts.join("");
  }

  /** The next character that is not blank, without taking it; empty at the end. */
  #next(): string {
    this.#match(BLANKS);
    return this.#text[this.#at] ?? "";
  }

  /** Takes what a sticky pattern matches here. */
  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }
}

const BLANKS = /[ \t\r\n\f]*/y;
const SINGLE_QUOTED = /[^'\\\r\n]*/y;
const DOUBLE_QUOTED = /[^"\\\r\n]*/y;
const ESCAPE =
  /\\(?:(?<simple>[\\'"abfnrtv])|x(?<hex>[\da-fA-F]{2})|u(?<unit>[\da-fA-F]{4})|U(?<point>[\da-fA-F]{8})|(?<octal>[0-7]{1,3}))/y;
const WORD = /[+\-\w.]+/y;
const NUMBER = /^-?(?:0+|[1-9]\d*(?:_\d+)*|(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?|\d+e[+-]?\d+)$/;

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["True", true],
  ["False", false],
  ["None", null],
  ...["nan", "inf", "-inf"].map((word): [string, null] => [word, null]),
]);

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function unescaped({ groups = {} }: RegExpExecArray): string {
  const { simple, octal } = groups;
  if (simple !== undefined) return SIMPLE[simple] ?? simple;
  const code =
    octal === undefined ? parseInt(groups.hex ?? groups.unit ?? groups.point ?? "", 16) : parseInt(octal, 8);
  if (code > 0x10ffff) throw new NoLiteral();
  return String.fromCodePoint(code);
}
