import { describe, expect, it } from "vitest";
import type { ReadReport } from "../../../src/data/read/row-collector";
import type { TextEncoding } from "../../../src/lib/problems/dataset-faults";
import type { AlpacaRow as Row } from "../../../src/shared/rows";
import { toAlpaca } from "../../support/alpaca";
import { fileOf, readAll } from "../../support/read-dataset";

async function read(
  content: string | Uint8Array,
  { size = 1 << 16, encoding }: { size?: number; encoding?: TextEncoding } = {},
): Promise<{ rows: Row[]; report: ReadReport }> {
  const { rows, report } = await readAll([fileOf(content, "data.json", size)], encoding ? { encoding } : {});
  return { rows: rows.map(toAlpaca), report };
}

const row = (instruction: string, output: string, more: Partial<Row> = {}): Row => ({
  instruction,
  input: "",
  output,
  ...more,
});

describe("missing values", () => {
  it("are null and empty strings in optional fields", async () => {
    const { rows, report } = await read(
      JSON.stringify([
        { instruction: "Name a fruit.", input: null, output: "Pear." },
        { instruction: "Add.", input: "2 and 3", output: "5", system: null, history: null },
        { instruction: "Name a bird.", input: "", output: "Heron.", system: "", history: "" },
      ]),
    );
    expect(rows).toEqual([
      row("Name a fruit.", "Pear."),
      row("Add.", "5", { input: "2 and 3" }),
      row("Name a bird.", "Heron."),
    ]);
    expect(report.problemCount).toBe(0);
  });

  const python = [
    '{"instruction": "Name a river.", "input": NaN, "output": "Loire.", "score": -Infinity}',
    '{"instruction": "Say \\"NaN\\", not Infinity.", "input": "\\\\", "output": "NaN", "score": [1, Infinity,NaN]}',
    '{"instruction": "Name a sea.", "input":NaN,"output": "Baltic.", "score":-0.5e-3}',
  ];
  const expected = [
    row("Name a river.", "Loire."),
    row('Say "NaN", not Infinity.', "NaN", { input: "\\" }),
    row("Name a sea.", "Baltic."),
  ];

  it.each([
    ["a list", `[\n${python.join(",\n")}\n]`],
    ["lines", python.join("\n")],
    ["a list in a field", `{"data": [${python.join(",")}]}`],
  ])("are NaN and ±Infinity in %s, split anywhere", async (_form, text) => {
    for (const size of [1, 2, 3, 5, 7, 64, 1 << 16]) {
      const { rows, report } = await read(text, { size });
      expect(rows).toEqual(expected);
      expect(report).toMatchObject({ problemCount: 0, brokenAt: null, ignoredFields: ["score"] });
    }
  });

  it("do not shift the positions of later errors", async () => {
    const text = `[{"instruction": "a", "output": "b", "x": [NaN, -Infinity, NaN]}, {"instruction": NaN "a"}]`;
    const { report } = await read(text);
    expect(report.brokenAt).toMatchObject({ place: { line: 1, column: text.indexOf('"a"}') + 1 } });
    for (const word of ["Nan", "NaNs", "Inf", "-Infinit", "+Infinity"]) {
      const wrong = `[{"instruction": "a", "output": "b"}, {"x": ${word}}]`;
      expect((await read(wrong)).report.brokenAt).toMatchObject({ kind: "json" });
      expect((await read(wrong)).rows).toHaveLength(1);
    }
  });

  it("exclude a row when in a required field", async () => {
    const { rows, report } = await read(
      '[{"instruction":"a","output":"b"},{"instruction":"c","output":NaN}]',
    );
    expect(rows).toEqual([row("a", "b")]);
    expect(report.problems).toEqual([
      { row: 2, reason: { kind: "not-text", field: "output", found: "null" } },
    ]);
  });
});

describe("texts", () => {
  it("keep a byte-order mark, literal or escaped, at any position", async () => {
    const texts = ["\ufeffa", "a\ufeff", "\ufeff", `${"x".repeat(65_535)}\ufeffy`];
    const values = texts.map((text) => row(text, text));
    const plain = JSON.stringify(values);
    const escaped = plain.replaceAll("\ufeff", "\\ufeff");
    for (const text of [plain, escaped, values.map((one) => JSON.stringify(one)).join("\n")]) {
      expect((await read(text)).rows).toEqual(values);
      expect((await read(`\ufeff${text}`, { size: 1000 })).rows).toEqual(values);
    }
  });

  it("may be empty answers, which are reported", async () => {
    const { rows, report } = await read(
      JSON.stringify([
        row("Stay silent.", ""),
        row("", "Walnut.", { input: "Name a nut." }),
        row("", "Nothing asked."),
      ]),
    );
    expect(rows).toHaveLength(3);
    expect(report).toMatchObject({ emptyAnswers: 1, problemCount: 0 });
  });
});

describe("wrapped rows", () => {
  const good = [row("Boil an egg.", "Eight minutes."), row("Fry an egg.", "Three minutes.")];

  it("are taken from the first list that holds rows", async () => {
    const before = {
      version: "1.2",
      tags: ["cooking", "short"],
      features: [{ name: "instruction" }],
      data: good,
    };
    for (const text of [JSON.stringify(before), JSON.stringify(before, null, 1)]) {
      for (const size of [3, 1 << 16]) {
        const { rows, report } = await read(text, { size });
        expect(rows).toEqual(good);
        expect(report.ignoredFields).toEqual(["tags", "features"]);
      }
    }
  });

  it("may follow missing values", async () => {
    const { rows, report } = await read(JSON.stringify({ data: [7, null, ...good] }));
    expect(rows).toEqual(good);
    expect(report.problems.map(({ row: number }) => number)).toEqual([1, 2]);
  });

  it("are read from the Hub viewer's format", async () => {
    const page = {
      features: [{ name: "instruction" }],
      rows: good.map((each, index) => ({ row_idx: index, row: each, truncated_cells: [] })),
    };
    expect((await read(JSON.stringify(page))).rows).toEqual(good);
    expect((await read(page.rows.map((each) => JSON.stringify(each)).join("\n"))).rows).toEqual(good);
  });

  it("need an answer when no list has rows of a known format", async () => {
    await expect(read(JSON.stringify({ tags: ["a"], items: [{ name: "x" }] }))).rejects.toMatchObject({
      problem: { code: "data/strange-columns", columns: [{ column: "name", example: "x" }] },
    });
  });
});

describe("lines", () => {
  it("may end in commas", async () => {
    const values = [row("Name a gem.", "Opal."), row("Name a gas.", "Neon."), row("Name a moon.", "Io.")];
    const text = values.map((one) => `${JSON.stringify(one)},\n`).join("");
    for (const size of [5, 1 << 16]) {
      const { rows, report } = await read(text, { size });
      expect(rows).toEqual(values);
      expect(report.problemCount).toBe(0);
    }
  });
});

describe("legacy encodings", () => {
  const json = (instruction: string, output: string): Row[] => [row(instruction, output)];
  /** Texts in encodings that only TextDecoder supports here. */
  const files: [TextEncoding, number[], Row[]][] = [
    ["gb18030", [0xd0, 0xb4, 0xd2, 0xbb, 0xb8, 0xf6, 0xcb, 0xae, 0xb9, 0xfb], json("写一个水果", "好")],
    ["shift_jis", [0x83, 0x4d, 0x83, 0x5e, 0x81, 0x5b, 0x82, 0xcd], json("ギターは", "好")],
    ["euc-kr", [0xb3, 0xaa, 0xb9, 0xab, 0xb4, 0xc2], json("나무는", "好")],
    ["windows-1251", [0xeb, 0xe5, 0xf1, 0xed, 0xee, 0xe9], json("лесной", "好")],
    ["windows-1252", [0x63, 0x61, 0x66, 0xe9, 0x20, 0x6e, 0x6f, 0xeb, 0x6c], json("café noël", "好")],
  ];

  it.each(files)("are suggested, and used once chosen: %s", async (encoding, bytes, [expected]) => {
    const text = (part: string): number[] => [...new TextEncoder().encode(part)];
    const file = Uint8Array.from([
      ...text('[{"instruction": "'),
      ...bytes,
      ...text('", "input": "", "output": "ok"}]'),
    ]);
    await expect(read(file)).rejects.toMatchObject({
      problem: { code: "data/not-text", encoding: "utf-8", looksLike: encoding },
    });
    for (const size of [1, 1 << 16]) {
      const { rows } = await read(file, { encoding, size });
      expect(rows).toEqual([row(expected!.instruction, "ok")]);
    }
  });

  it("are refused if the bytes are invalid in them too", async () => {
    const file = Uint8Array.of(0x5b, 0x22, 0xff, 0xff, 0x22, 0x5d);
    await expect(read(file, { encoding: "gb18030" })).rejects.toMatchObject({
      problem: { code: "data/not-text", encoding: "gb18030" },
    });
  });
});
