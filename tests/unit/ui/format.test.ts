import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCompact,
  formatLoss,
  formatRate,
  formatShare,
  formatTicks,
  formatTyped,
  parseTyped,
} from "../../../src/ui/lib/format";
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
  ])("bytes %d as %s", (bytes, shown) => {
    expect(formatBytes(bytes)).toBe(shown);
  });

  it.each([
    [0.0002, "2e-4"],
    [0.00015, "1.5e-4"],
    [0.001, "0.001"],
    [0, "0"],
    [3, "3"],
  ])("the number %d as people type it", (value, shown) => {
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
  ])("the marks of an axis %j as %j", (ticks, shown) => {
    expect(formatTicks(ticks)).toEqual(shown);
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
    "takes %s for no number",
    (typed) => {
      expect(parseTyped(typed)).toBeNull();
    },
  );

  it("shows counts, shares, rates and losses", () => {
    expect(formatCompact(134_515_008)).toBe("135M");
    expect(formatShare(0.0072)).toBe("0.72 %");
    expect(formatShare(0.00002)).toBe("0.0020 %");
    expect(formatShare(0.5)).toBe("50 %");
    expect(formatRate(1234.5)).toBe("1,235");
    expect(formatRate(4.567)).toBe("4.6");
    expect(formatLoss(1.23449)).toBe("1.234");
    expect(formatLoss(NaN)).toBe("NaN");
  });

  it.each([
    [400, "about 1 s"],
    [8200, "about 8 s"],
    [42_000, "about 40 s"],
    [56_000, "about 1 min"],
    [170_000, "about 3 min"],
    [5_400_000, "about 1.5 h"],
    [36_000_000, "about 10 h"],
  ])("%d ms left as %s", (ms, shown) => {
    expect(en.about(ms)).toBe(shown);
  });

  it("says of a GPU what the browser tells", () => {
    const { gpu } = en.shell.machine;
    expect(gpu("Apple M2", false)).toBe("GPU: Apple M2");
    expect(gpu("SwiftShader", true)).toBe("GPU: SwiftShader (software, slow)");
    expect(gpu("", false)).toBe("GPU (name withheld by this browser)");
    expect(gpu("", true)).toBe("GPU (name withheld by this browser; software, slow)");
  });

  it("tells past times exactly", () => {
    expect(en.run.exactly(59_400)).toBe("59 s");
    expect(en.run.exactly(125_000)).toBe("2 min 5 s");
    expect(en.run.exactly(3_725_000)).toBe("1 h 2 min");
  });
});
