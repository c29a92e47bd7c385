import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isQuick } from "../../../../src/lib/regex/quick";
import { BoundedRegex } from "../../../../src/lib/regex/regex";
import { RegexError } from "../../../../src/lib/regex/syntax";
import { makeRng } from "../../../../src/lib/rng";

interface Table {
  readonly paths: readonly string[];
  readonly rows: readonly { readonly pattern: string; readonly whole: string; readonly key: string }[];
}

const table = JSON.parse(readFileSync(new URL("python-table.json", import.meta.url), "utf8")) as Table;
/** Supported by Python, but rejected here. */
const NOT_EVALUATED = new Set([String.raw`(?P<n>a)(?P=n)`, String.raw`(a)\1`, String.raw`(?(1)a|b)`]);

/** One letter per path, as in the table. */
function verdicts(ask: () => (path: string) => boolean): string {
  try {
    const matches = ask();
    return table.paths.map((path) => (matches(path) ? "1" : "0")).join("");
  } catch (error) {
    if (error instanceof RegexError) return "error";
    throw error;
  }
}

describe("Python's regular expressions", () => {
  it.each(table.rows)("$pattern matches as Python's re does", ({ pattern, whole, key }) => {
    const regex = () => {
      const compiled = BoundedRegex.python(pattern);
      return (path: string) => compiled.matchesWhole(path);
    };
    const fits = () => {
      const compiled = BoundedRegex.python(`(.*\\.)?(${pattern})$`);
      return (path: string) => compiled.matchesStart(path);
    };
    const refused = NOT_EVALUATED.has(pattern);
    expect({ whole: verdicts(regex), key: verdicts(fits) }).toEqual({
      whole: refused ? "error" : whole,
      key: refused ? "error" : key,
    });
  });
});

const WORDS = [
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`(?:(?:'[sS]|'[tT]|'[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+)`,
  String.raw`\p{White_Space}+`,
  String.raw`\p{N}`,
  "▁",
];
const OTHERS = [
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{M}]+[\p{Ll}\p{M}]*|\p{N}{1,3}|\s+`,
  String.raw`(?<=[.,!])`,
  String.raw`(?=\p{N}+)`,
  String.raw`(?<!\p{L})\p{L}{2,4}?(?=\p{L}|\b)`,
  String.raw`(?:\p{L}|['-]\p{L})+`,
  String.raw`(a+b?|ab)*c`,
  String.raw`(?:AB|é)x?|[^\]a-c]+?\d`,
  String.raw`^.*$`,
  String.raw`\u{1F600}|\uD83D\uDE01|[\u{1F600}-\u{1F64F}]{2}`,
];
const LETTERS = [
  "a",
  "b",
  "c",
  "B",
  "x",
  " ",
  " ",
  "\n",
  "\r",
  "\t",
  "1",
  "2",
  "é",
  "É",
  "ß",
  "'",
  "s",
  "-",
  ".",
  "!",
  "]",
  "日",
  "😀",
  "😁",
  "\u0301",
  "\ufeff",
  "\u0085",
  "\ud83d",
];

function texts(count: number): string[] {
  const random = makeRng(7);
  return Array.from({ length: count }, () =>
    Array.from({ length: random.integer(40) }, () => LETTERS[random.integer(LETTERS.length)]).join(""),
  );
}

describe("JavaScript's regular expressions", () => {
  it.each([...WORDS, ...OTHERS])("%s matches as the browser's engine does", (source) => {
    const native = new RegExp(source, "gu");
    const bounded = BoundedRegex.javaScript(native);
    for (const text of texts(400)) {
      expect([...bounded.matches(text)], JSON.stringify(text)).toEqual(
        Array.from(text.matchAll(native), ({ 0: found, index }) => ({
          start: index,
          end: index + found.length,
        })),
      );
    }
  });

  it.each(WORDS)("%s is passed to the browser's engine", (source) => {
    expect(isQuick(new RegExp(source, "gu"))).toBe(true);
  });

  it.each(["(a+)+$", "(.*)*x", String.raw`\s+x`, "(?:a|a)*b", "a*a*b", String.raw`\s*[\r\n]+`, "a{2,}b"])(
    "%s is not passed to the browser's engine",
    (source) => {
      expect(isQuick(new RegExp(source, "gu"))).toBe(false);
    },
  );
});

describe("expressions with catastrophic backtracking", () => {
  const endless = [
    ["(a+)+$", "a"],
    ["(.*)*x", "a"],
    ["(a|a)*b", "a"],
    ["(a|aa)+$", "a"],
    ["(.*,){20}x", "a,"],
    [String.raw`(\w+\s?)*!`, "word "],
    ["(?=(a+)+$)b", "a"],
    ["(?:(?=.*x)a)*b", "a"],
    ["(?<=(a+)+b)c", "a"],
    ["((a{0,50}){0,50}){0,50}b", "a"],
    ["(?:a*)*(?:a*)*(?:a*)*b", "a"],
    ["(((((a*)*)*)*)*)*b", "a"],
  ] as const;

  it.each(endless)("%s ends over a long text", (source, letter) => {
    const started = performance.now();
    const text = `${letter.repeat(100_000 / letter.length)}\n`;
    try {
      const bounded = BoundedRegex.javaScript(new RegExp(source, "gu"));
      expect([...bounded.matches(text)]).toEqual([]);
    } catch (error) {
      expect(error).toBeInstanceOf(RegexError);
      expect((error as RegexError).fault).toBeNull();
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each(["((a{1000}){1000}){1000}", "(".repeat(10_000), "a".repeat(100_000), "(?:(?:){9999}){9999}"])(
    "%s is refused or ends at once",
    (source) => {
      const started = performance.now();
      try {
        BoundedRegex.python(source).matchesWhole("a".repeat(60));
      } catch (error) {
        expect(error).toBeInstanceOf(RegexError);
      }
      expect(performance.now() - started).toBeLessThan(500);
    },
  );
});
