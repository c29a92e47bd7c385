import fc from "fast-check";
import { gzipSync } from "fflate";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LuthierError } from "../../../src/lib/errors";
import { alpacaRow, type AlpacaRow } from "../../../src/shared/rows";
import { fileOf, readAll } from "../../support/read-dataset";

/* Arbitrary bytes must not crash or hang the reader, or lose a valid row. */

const text = fc.string({ unit: "grapheme", maxLength: 30 }).map((given) => given.replaceAll("\0", ""));
const alpaca: fc.Arbitrary<AlpacaRow> = fc.record({ instruction: text, input: text, output: text });
const name = fc.constantFrom(
  "a.json",
  "a.jsonl",
  "a.csv",
  "a.tsv",
  "a.txt",
  "a.md",
  "a.zip",
  "a.gz",
  "a.parquet",
  "a",
);
const size = fc.integer({ min: 1, max: 200 });

/** Reads a file; invalid datasets must be rejected with a worded problem. */
async function attempt(bytes: string | Uint8Array, called: string, pieces: number): Promise<void> {
  try {
    await readAll([fileOf(bytes, called, pieces)]);
  } catch (error) {
    expect(error).toBeInstanceOf(LuthierError);
    expect((error as LuthierError).what).not.toBe("");
  }
}

describe("any file", () => {
  it("is read or refused: random bytes", async () => {
    const starts = fc.constantFrom(
      [],
      [0x50, 0x4b, 3, 4],
      [0x1f, 0x8b, 8, 0],
      [0x50, 0x41, 0x52, 0x31],
      [0xff, 0xfe],
      [0x5b],
    );
    await fc.assert(
      fc.asyncProperty(
        starts,
        fc.uint8Array({ maxLength: 400 }),
        name,
        size,
        async (start, rest, called, pieces) => attempt(Uint8Array.of(...start, ...rest), called, pieces),
      ),
      { numRuns: 300 },
    );
  });

  it("is read or refused: JSON of any shape, whole or truncated", async () => {
    const keys = fc.constantFrom(
      ..."instruction input output messages conversations role content from value chosen rejected prompt completion label text tools tool_calls data 0 1".split(
        " ",
      ),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(keys, tie("value"), { maxKeys: 5 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 4 }),
        fc.nat(3),
        fc.nat(),
        name,
        size,
        async (values, form, cut, called, pieces) => {
          const whole =
            form === 0
              ? JSON.stringify(values)
              : form === 1
                ? values.map((one) => JSON.stringify(one)).join("\n")
                : form === 2
                  ? values.map((one) => JSON.stringify(one, null, 2)).join("\n")
                  : JSON.stringify({ data: values });
          await attempt(whole, called, pieces);
          await attempt(whole.slice(0, cut % (whole.length + 1)), called, pieces);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is read or refused: Parquet with corrupted bytes, whole or truncated", async () => {
    const folder = "tests/golden/datasets/parquet";
    const files = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`));
    const change = fc.tuple(fc.nat(), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.nat(),
        async (file, changes, isCut, cut) => {
          const bytes = new Uint8Array(file);
          for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
          await attempt(isCut ? bytes.slice(0, cut % bytes.length) : bytes, "a.parquet", 200);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is read or refused: Parquet with run lengths of 2^31", async () => {
    const runs = [
      [0xfe, 0xff, 0xff, 0xff, 0x0f],
      [0xff, 0xff, 0xff, 0xff, 0x07],
    ];
    const file = readFileSync("tests/golden/datasets/parquet/alpaca-dictionary.parquet");
    for (let place = 4; place + 5 < file.length; place += 3) {
      const bytes = new Uint8Array(file);
      bytes.set(runs[place % 2] ?? [], place);
      await attempt(bytes, "a.parquet", 1000);
    }
  });

  it("is read or refused: fragments of tables and texts", async () => {
    const part = fc.constantFrom(
      ...[
        "instruction",
        "output",
        "a",
        '"',
        ",",
        ";",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "[",
        "{",
        "}",
        ":",
        "---",
        "\f",
        "sep=;",
        " ",
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 60 }), name, size, async (parts, called, pieces) =>
        attempt(parts.join(""), called, pieces),
      ),
      { numRuns: 300 },
    );
  });
});

describe("good rows", () => {
  const cell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
  const writers: readonly (readonly [string, string, (rows: readonly AlpacaRow[]) => string | Uint8Array])[] =
    [
      ["a list", "a.json", (rows) => JSON.stringify(rows)],
      ["an indented list", "a.json", (rows) => JSON.stringify(rows, null, 2)],
      ["lines", "a.jsonl", (rows) => rows.map((one) => JSON.stringify(one)).join("\n")],
      ["indented objects", "a.json", (rows) => rows.map((one) => JSON.stringify(one, null, 1)).join(",\n")],
      ["a field", "a.json", (rows) => JSON.stringify({ tags: ["x"], rows })],
      [
        "columns",
        "a.json",
        (rows) =>
          JSON.stringify({
            instruction: rows.map(({ instruction }) => instruction),
            input: rows.map(({ input }) => input),
            output: rows.map(({ output }) => output),
          }),
      ],
      [
        "a table",
        "a.csv",
        (rows) =>
          [
            "instruction,input,output",
            ...rows.map((one) => [one.instruction, one.input, one.output].map(cell).join(",")),
          ].join("\r\n"),
      ],
      ["gzip", "a.json.gz", (rows) => gzipSync(new TextEncoder().encode(JSON.stringify(rows)))],
    ];

  it.each(writers)("are read unchanged: %s", async (_name, called, write) => {
    await fc.assert(
      fc.asyncProperty(fc.array(alpaca, { minLength: 1, maxLength: 8 }), size, async (rows, pieces) => {
        // Tables skip rows of empty cells, which spreadsheets leave behind.
        fc.pre(
          !called.endsWith(".csv") || rows.every((row) => Object.values(row).some((text) => text !== "")),
        );
        const read = await readAll([fileOf(write(rows), called, pieces)]);
        expect(read.rows).toEqual(rows.map(alpacaRow));
        expect(read.report.problemCount).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("are kept among bad lines", async () => {
    const junk = fc.constantFrom("{", "}", "nope", '{"instruction": 5}', "[1]", '{"output"', "null", '"x"');
    await fc.assert(
      fc.asyncProperty(
        alpaca,
        fc.array(fc.oneof(alpaca, junk), { maxLength: 10 }),
        size,
        async (first, others, pieces) => {
          const all = [first, ...others];
          const lines = all.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
          const good = all.flatMap((one) => (typeof one === "string" ? [] : [alpacaRow(one)]));
          const { rows, report } = await readAll([fileOf(lines, "a.jsonl", pieces)]);
          expect(rows).toEqual(good);
          expect(report.problemCount).toBe(all.length - good.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
