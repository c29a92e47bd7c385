import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FormatId } from "../../../src/shared/data";
import { alpacaRow, type Row } from "../../../src/shared/rows";
import { fileOf, readAll } from "../../support/read-dataset";

const bytesOf = (name: string): Uint8Array =>
  readFileSync(new URL(`../../golden/datasets/cases/${name}`, import.meta.url));
const row = (instruction: string, output: string, input = ""): Row =>
  alpacaRow({ instruction, input, output });

/** Typical files with their expected rows. */
const cases: readonly (readonly [string, FormatId, readonly Row[]])[] = [
  [
    "d01-null-input.json",
    "alpaca",
    [row("Name a fruit.", "Pear."), row("Name a bird.", "Heron."), row("Add the numbers.", "5", "2 and 3")],
  ],
  [
    "d02-nan-input.json",
    "alpaca",
    [row("Name a river.", "Loire."), row("Name a lake.", "Como.", "in Italy"), row("Name a sea.", "Baltic.")],
  ],
  ["d04-columns-index.json", "alpaca", [row("Name a tree.", "Elm."), row("Name a metal.", "Tin.")]],
  [
    "d06-wrapper-tags-first.json",
    "alpaca",
    [row("Boil an egg.", "Eight minutes."), row("Fry an egg.", "Three minutes.")],
  ],
  ["d08-dolly.jsonl", "dolly", [row("Where is it?", "Under the mat.", "The key is under the mat.")]],
  ["d08-messages.jsonl", "messages", [row("Name a fish.", "Carp.")]],
  ["d08-prompt-completion.jsonl", "prompt-completion", [row("Name a fish.", "Carp.")]],
  ["d08-sharegpt.json", "sharegpt", [row("Name a fish.", "Carp.")]],
  [
    "d10-lines-with-commas.jsonl",
    "alpaca",
    [row("Name a gem.", "Opal."), row("Name a gas.", "Neon."), row("Name a moon.", "Io.")],
  ],
  ["d18-excel.csv", "alpaca", [row("Name a nut.", "Walnut.")]],
  ["d18.csv", "alpaca", [row("Name a nut.", "Walnut.")]],
  [
    "d19-empty-output.json",
    "alpaca",
    [row("Stay silent.", ""), row("", "Walnut.", "Name a nut."), row("", "Nothing asked.")],
  ],
  ["d20-hf-rows.json", "alpaca", [row("Name a star.", "Vega.")]],
];

describe("files found in the wild", () => {
  it.each(cases)("%s", async (name, format, expected) => {
    for (const size of [1, 1 << 16]) {
      const { rows, report } = await readAll([fileOf(bytesOf(name), name, size)]);
      expect(rows).toEqual(expected);
      expect(report).toMatchObject({ format, problemCount: 0, brokenAt: null });
    }
  });

  it("d07-gbk.json, once its encoding is chosen", async () => {
    const file = fileOf(bytesOf("d07-gbk.json"), "d07-gbk.json");
    await expect(readAll([file])).rejects.toMatchObject({
      problem: { code: "data/not-text", looksLike: "gb18030" },
    });
    const { rows } = await readAll([file], { encoding: "gb18030" });
    expect(rows).toEqual([row("写一个水果", "梨"), row("写一种鸟", "苍鹭")]);
  });
});
