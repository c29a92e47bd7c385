import { describe, expect, it } from "vitest";
import { formatTyped, parseTyped } from "../../../src/ui/lib/typed-number";
import { createFormat, type FormatWords } from "../../../src/ui/text/format";
import { en } from "../../../src/ui/text/en";

describe("format", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [12_345_678, "12.3 MB"],
    [2 ** 31, "2.1 GB"],
  ])("formats %d bytes as %s", (bytes, shown) => {
    expect(en.format.bytes(bytes)).toBe(shown);
  });

  it.each([
    [0.0002, "2e-4"],
    [0.00015, "1.5e-4"],
    [0.001, "0.001"],
    [0, "0"],
    [3, "3"],
  ])("formats the number %d as users type it", (value, shown) => {
    expect(formatTyped(value)).toBe(shown);
    expect(parseTyped(shown)).toBe(value);
  });

  it.each([
    [
      [0, 2, 4, 6],
      ["0", "2", "4", "6"],
    ],
    [
      [4.5, 5, 5.5],
      ["4.5", "5.0", "5.5"],
    ],
    [
      [0, 0.1, 0.2, 0.1 + 0.2],
      ["0", "0.1", "0.2", "0.3"],
    ],
    [
      [0, 2.5e-4, 5e-4],
      ["0", "2.5e-4", "5e-4"],
    ],
    [
      [0, 5e-4, 0.001],
      ["0", "0.0005", "0.0010"],
    ],
    [[], []],
  ])("labels the ticks %j as %j", (ticks, shown) => {
    expect(en.format.ticks(ticks)).toEqual(shown);
  });

  it.each([
    ["2e-4", 0.0002],
    [" 0,5 ", 0.5],
    ["1 000", 1000],
    ["-.5", -0.5],
    ["2E+3", 2000],
  ])("reads %s", (typed, value) => {
    expect(parseTyped(typed)).toBe(value);
  });

  it.each(["", "abc", "2e-", "1.2.3", "0x10", "Infinity", "NaN", "1e999", "5 rows"])(
    "rejects %s as a number",
    (typed) => {
      expect(parseTyped(typed)).toBeNull();
    },
  );

  it("shows counts, shares, rates and losses", () => {
    expect(en.format.compact(134_515_008)).toBe("135M");
    expect(en.format.share(0.0072)).toBe("0.72 %");
    expect(en.format.share(0.00002)).toBe("0.0020 %");
    expect(en.format.share(0.5)).toBe("50 %");
    expect(en.format.rate(1234.5)).toBe("1,235");
    expect(en.format.rate(4.567)).toBe("4.6");
    expect(en.format.loss(1.23449)).toBe("1.234");
    expect(en.format.loss(NaN)).toBe("NaN");
  });

  it.each([
    [400, "about 1 s"],
    [8200, "about 8 s"],
    [42_000, "about 40 s"],
    [56_000, "about 1 min"],
    [170_000, "about 3 min"],
    [5_400_000, "about 1.5 h"],
    [36_000_000, "about 10 h"],
  ])("formats %d ms left as %s", (ms, shown) => {
    expect(en.format.about(ms)).toBe(shown);
  });

  it("names a GPU by what the browser reports", () => {
    const { gpu } = en.shell.machine;
    expect(gpu("Apple M2", false)).toBe("GPU: Apple M2");
    expect(gpu("SwiftShader", true)).toBe("GPU: SwiftShader (software, slow)");
    expect(gpu("", false)).toBe("GPU (name withheld by this browser)");
    expect(gpu("", true)).toBe("GPU (name withheld by this browser; software, slow)");
  });

  it("shows past durations exactly", () => {
    expect(en.format.exactly(59_400)).toBe("59 s");
    expect(en.format.exactly(125_000)).toBe("2 min 5 s");
    expect(en.format.exactly(3_725_000)).toBe("1 h 2 min");
  });

  it("shows a step's duration in few digits", () => {
    expect([3, 123, 2345, 61_000].map(en.format.step)).toEqual(["1 ms", "120 ms", "2.3 s", "1 min 1 s"]);
  });

  it("counts and lists", () => {
    expect([0, 1, 2000].map((count) => en.data.rowCount(count))).toEqual(["0 rows", "1 row", "2,000 rows"]);
    expect(en.format.list(["a", "b", "c"])).toBe("a, b, c");
    expect(en.format.either(["a", "b", "c"])).toBe("a, b or c");
    expect(en.format.date(Date.UTC(2026, 10, 22, 12))).toMatch(/^2\d Nov 2026, \d\d:\d\d$/);
    expect(en.format.clock(0)).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  it("follows the rules of another language", () => {
    const words: FormatWords = {
      locale: "de",
      percent: (number) => `${number} %`,
      milliseconds: (number) => `${number} ms`,
      seconds: (number) => `${number} s`,
      minutes: (number) => `${number} Min.`,
      hours: (number) => `${number} Std.`,
      about: (time) => `etwa ${time}`,
    };
    const german = createFormat(words);
    expect(german.bytes(12_345_678)).toBe("12,3 MB");
    expect(german.bytes(999)).toBe("999 B");
    expect(german.integer(1_234_567)).toBe("1.234.567");
    expect(german.share(0.0072)).toBe("0,72 %");
    expect(german.loss(1.2344)).toBe("1,234");
    expect(german.ticks([4.5, 5])).toEqual(["4,5", "5,0"]);
    expect(german.about(5_400_000)).toBe("etwa 1,5 Std.");
    expect(german.either(["a", "b", "c"])).toBe("a, b oder c");
    const polish = createFormat({ ...words, locale: "pl" });
    const files = { one: "plik", few: "pliki", other: "plików" };
    expect([1, 3, 5].map((count) => polish.plural(count, files))).toEqual(["1 plik", "3 pliki", "5 plików"]);
  });
});
