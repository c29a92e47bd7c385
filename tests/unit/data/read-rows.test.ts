import { describe, expect, it } from "vitest";
import type { ReadReport } from "../../../src/data/read/row-collector";
import type { AlpacaRow as Row } from "../../../src/shared/rows";
import { toAlpaca } from "../../support/alpaca";
import { fileOf, readAll } from "../../support/read-dataset";
import { brokenFile, rowFault } from "../../../src/ui/text/en/dataset-faults";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

async function read(
  content: string | Uint8Array,
  size = 1 << 16,
): Promise<{ rows: Row[]; report: ReadReport }> {
  const { rows, report } = await readAll([fileOf(content, "data.json", size)]);
  return { rows: rows.map(toAlpaca), report };
}

const row = (n: number): Row => ({ instruction: `question ${n}`, input: "", output: `answer ${n}` });
const three = [row(1), row(2), row(3)];
const clean: Partial<ReadReport> = {
  problems: [],
  problemCount: 0,
  duplicates: 0,
  ignoredFields: [],
  emptyAnswers: 0,
  brokenAt: null,
};

/** A read report in the page's words. */
function worded({ problems, brokenAt }: ReadReport, goodRows: number) {
  return {
    problems: problems.map(({ row, reason }) => ({
      row,
      reason: typeof reason === "string" || "code" in reason ? reason : rowFault(reason),
    })),
    brokenAt: brokenAt && typeof brokenAt !== "string" ? brokenFile(brokenAt, goodRows) : brokenAt,
  };
}

describe("forms of a file", () => {
  const forms: [string, string][] = [
    ["a JSON list", JSON.stringify(three)],
    ["an indented JSON list", `\n  ${JSON.stringify(three, null, 2)}\n\n`],
    ["a JSON list with CRLF", JSON.stringify(three, null, 2).replaceAll("\n", "\r\n")],
    ["JSON Lines", three.map((one) => JSON.stringify(one)).join("\n")],
    [
      "JSON Lines with CRLF and blank lines",
      `\r\n${three.map((one) => JSON.stringify(one)).join("\r\n\r\n")}\r\n`,
    ],
    ["a list in a field", JSON.stringify({ data: three })],
    [
      "an indented list in a field behind others",
      JSON.stringify({ version: "1.0", size: { rows: 3 }, data: three }, null, 2),
    ],
  ];

  it.each(forms)("reads %s, split into chunks of any size", async (_what, text) => {
    for (const size of [1, 2, 7, 64, 1 << 16]) {
      const { rows, report } = await read(text, size);
      expect(rows).toEqual(three);
      expect(report).toMatchObject({ ...clean, format: "alpaca", kinds: { conversation: 3 } });
    }
  });

  it("reports a second list in a field as ignored", async () => {
    const { rows, report } = await read(JSON.stringify({ train: three, test: [row(4), row(5)] }));
    expect(rows).toEqual(three);
    expect(report.ignoredFields).toEqual(["test"]);
  });

  it("reads a row with a history as a row, not as a list in a field", async () => {
    const one: Row = { ...row(1), history: [["a", "b"]] };
    const { history, ...rest } = one;
    expect((await read(JSON.stringify({ history, ...rest }))).rows).toEqual([one]);
  });

  it("reads rows longer than a chunk, and a first line longer than a megabyte", async () => {
    const long = { ...row(1), output: "x".repeat(100_000) };
    expect((await read(JSON.stringify([row(0), long]))).rows[1]).toEqual(long);
    const longer = { ...row(1), output: "x".repeat(1_300_000) };
    expect((await read(`${JSON.stringify(longer)}\n${JSON.stringify(row(2))}`)).rows).toEqual([
      longer,
      row(2),
    ]);
  });
});

describe("encodings", () => {
  const text = JSON.stringify([{ instruction: "天气 🎻", input: "é", output: "naïve" }]);
  const expected: Row[] = [{ instruction: "天气 🎻", input: "é", output: "naïve" }];
  const utf16 = (bigEndian: boolean, mark: boolean): Uint8Array => {
    const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
    const bytes = (mark ? [0xfeff, ...units] : units).flatMap((unit) => [unit & 255, unit >> 8]);
    return Uint8Array.from(bigEndian ? bytes.map((_, i) => bytes[i ^ 1]!) : bytes);
  };
  const files: [string, Uint8Array][] = [
    ["UTF-8", utf8(text)],
    ["UTF-8 with a byte-order mark", utf8(`\uFEFF${text}`)],
    ["UTF-16 LE with a mark", utf16(false, true)],
    ["UTF-16 BE with a mark", utf16(true, true)],
    ["UTF-16 LE without a mark", utf16(false, false)],
    ["UTF-16 BE without a mark", utf16(true, false)],
  ];

  it.each(files)("reads %s, split anywhere", async (_what, bytes) => {
    for (const size of [1, 3, 5, 1 << 16]) expect((await read(bytes, size)).rows).toEqual(expected);
  });

  it("reports the byte offset of invalid text", async () => {
    const gbk = Uint8Array.of(...utf8('[{"instruction": "'), 0xcc, 0xec, 0xc6, 0xf8, ...utf8('"}]'));
    for (const size of [1, 1 << 16]) {
      await expect(read(gbk, size)).rejects.toThrow("data.json is not valid UTF-8 text from byte 19 on");
    }
    await expect(read(Uint8Array.of(0xff, 0xfe, 0, 0, 0x5b, 0, 0, 0))).rejects.toThrow(/UTF-32/);
  });

  it("keeps the rows before invalid bytes", async () => {
    const bytes = Uint8Array.of(
      ...utf8(JSON.stringify(three)).slice(0, -1),
      ...utf8(', {"instruction": "caf'),
      0xe9,
      0x22,
    );
    for (const size of [1, 10, 1 << 16]) {
      const { rows, report } = await read(bytes, size);
      expect(rows).toEqual(three);
      expect(worded(report, rows.length).brokenAt).toMatch(
        /The file is not valid UTF-8 text from byte \d+ on; it looks like Windows-1252. The 3 good rows before/,
      );
    }
  });

  it("reports an incomplete character at the end", async () => {
    const cut = utf8('{"instruction": "天').slice(0, -1);
    await expect(read(cut)).rejects.toThrow(/not valid UTF-8 text from byte 18 on/);
    const halfUnit = Uint8Array.of(0xff, 0xfe, 0x5b, 0, 0x5d);
    await expect(read(halfUnit)).rejects.toThrow(/not valid UTF-16 text from byte 5 on/);
    const halfPair = Uint8Array.of(0xff, 0xfe, 0x5b, 0, 0x22, 0, 0x3c, 0xd8);
    await expect(read(halfPair)).rejects.toThrow(/not valid UTF-16 text from byte 7 on/);
  });
});

describe("rows that cannot be used", () => {
  const bad: [string, unknown, string][] = [
    ["a number", 5, "is a number, not an object"],
    ["null", null, "is null, not an object"],
    ["a text", "hello", "is a text, not an object"],
    ["a list", ["a"], "is a list, not an object"],
    ["no output", { instruction: "a", input: "" }, 'has no "output"'],
    ["no instruction", { input: "a", output: "b" }, 'has no "instruction"'],
    ["a number as output", { ...row(1), output: 5 }, 'has a number as "output", not text'],
    ["null as instruction", { ...row(1), instruction: null }, 'has null as "instruction", not text'],
    ["an object as input", { ...row(1), input: {} }, 'has an object as "input", not text'],
    ["null as output", { ...row(1), output: null }, 'has null as "output", not text'],
    ["a boolean as system", { ...row(1), system: true }, 'has a boolean as "system", not text'],
    [
      "a history of texts",
      { ...row(1), history: ["a", "b"] },
      'has a "history" that is not a list of [question, answer]',
    ],
    [
      "a history of threes",
      { ...row(1), history: [["a", "b", "c"]] },
      'has a "history" that is not a list of [question, answer]',
    ],
    [
      "a history of numbers",
      { ...row(1), history: [["a", 1]] },
      'has a "history" that is not a list of [question, answer]',
    ],
    ["NUL", { ...row(1), output: "a\0b" }, 'has a NUL character in "output"'],
    [
      "half a character",
      { ...row(1), instruction: "a\ud83cb" },
      'has half a character (a lone surrogate) in "instruction"',
    ],
    [
      "half a character in the history",
      { ...row(1), history: [["a", "\udfbb"]] },
      'has half a character (a lone surrogate) in "history"',
    ],
  ];

  it.each(bad)("are excluded and listed: %s", async (_what, value, reason) => {
    const values = [row(1), value, row(2)];
    for (const text of [JSON.stringify(values), values.map((one) => JSON.stringify(one)).join("\n")]) {
      const { rows, report } = await read(text);
      expect(rows).toEqual([row(1), row(2)]);
      expect(worded(report, 2)).toEqual({ problems: [{ row: 2, reason }], brokenAt: null });
      expect(report.problemCount).toBe(1);
    }
  });

  it("are listed up to 200 and counted beyond", async () => {
    const { report } = await read(JSON.stringify([row(1), ...Array<number>(500).fill(7)]));
    expect(report.problemCount).toBe(500);
    expect(report.problems).toHaveLength(200);
    expect(worded(report, 1).problems.at(-1)).toEqual({ row: 201, reason: "is a number, not an object" });
  });

  it("give an empty import when there are no others", async () => {
    await expect(read("[1, 2]")).rejects.toThrow(
      /None of the 2 rows can be used: row 1 is a number, not an object/,
    );
    await expect(read('[{"input": "a", "output": "b"}]')).rejects.toThrow(
      /The only row cannot be used: row 1 has no "instruction"/,
    );
    await expect(read("[1, 2]")).rejects.toMatchObject({ code: "data" });
  });
});

describe("usable rows", () => {
  it("need no input, and drop empty and null extras", async () => {
    const { rows, report } = await read(
      JSON.stringify([
        { instruction: "a", output: "b" },
        { instruction: "a", output: "", system: null, history: null },
        { instruction: "", output: "b", system: "", history: [] },
        { instruction: "a", input: "i", output: "b", system: "s", history: [["q", "a"]] },
      ]),
    );
    expect(rows).toEqual([
      { instruction: "a", input: "", output: "b" },
      { instruction: "a", input: "", output: "" },
      { instruction: "", input: "", output: "b" },
      { instruction: "a", input: "i", output: "b", system: "s", history: [["q", "a"]] },
    ]);
    expect(report).toMatchObject({ ...clean, emptyAnswers: 1 });
  });

  it("may have other fields, each reported once", async () => {
    const values = [
      { ...row(1), id: 1, text: "x" },
      { ...row(2), id: 2, __proto__x: 1 },
      JSON.parse('{"instruction":"a","output":"b","__proto__":{"input":"no"}}') as object,
    ];
    const { rows, report } = await read(JSON.stringify(values));
    expect(rows).toEqual([row(1), row(2), { instruction: "a", input: "", output: "b" }]);
    expect(report.ignoredFields).toEqual(["id", "text", "__proto__x", "__proto__"]);
  });

  it("report a bounded number of other fields", async () => {
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}${"x".repeat(200)}`, 1]));
    const { report } = await read(JSON.stringify([{ ...row(1), ...wide }]));
    expect(report.ignoredFields).toHaveLength(50);
    expect(report.ignoredFields[0]).toHaveLength(80);
  });

  it("are kept and counted when duplicate", async () => {
    const { rows, report } = await read(
      JSON.stringify([row(1), row(2), row(1), { ...row(1), system: "s" }, row(1)]),
    );
    expect(rows).toHaveLength(5);
    expect(report.duplicates).toBe(2);
  });

  it("are not duplicates when only the boundaries between their texts differ", async () => {
    const { report } = await read(
      JSON.stringify([
        { instruction: "ab", input: "", output: "c" },
        { instruction: "a", input: "b", output: "c" },
        { instruction: "a", input: "", output: "bc" },
      ]),
    );
    expect(report.duplicates).toBe(0);
  });
});

describe("broken JSON", () => {
  const good = JSON.stringify(three, null, 1).slice(0, -2);
  const lines = good.split("\n").length;
  const breaks: [string, string, string][] = [
    [
      "a missing comma",
      `${good}\n {"instruction"`,
      `line ${lines + 1}, column 2: a comma or a closing bracket was expected here`,
    ],
    [
      "a missing colon",
      `${good},\n {"instruction" "a"}]`,
      `line ${lines + 1}, column 17: a colon after the field name was expected here`,
    ],
    [
      "a missing value",
      `${good},\n {"instruction": }]`,
      `line ${lines + 1}, column 18: a value was expected here`,
    ],
    ["a trailing comma", `${good},\n]`, `line ${lines + 1}, column 1: a value was expected here`],
    [
      "a trailing comma in an object",
      `${good}, {"a": 1,}]`,
      `line ${lines}, column 13: a field name in quotes was expected here`,
    ],
    [
      "single quotes",
      `${good},\n\n{'instruction': 'a'}]`,
      `line ${lines + 2}, column 2: "'" was not expected here`,
    ],
    [
      "a wide character astray",
      `${good},\n  "é天" 🎻]`,
      `line ${lines + 1}, column 8: "🎻" was not expected here`,
    ],
    [
      "an open line break",
      `${good},\n {"instruction": "a\nb"}]`,
      `line ${lines + 1}, column 20: a string contains an unescaped line break or control character`,
    ],
    [
      "a raw NUL",
      `${good},\n "a\0b"]`,
      `line ${lines + 1}, column 4: a string contains an unescaped line break`,
    ],
    [
      "a wrong escape",
      `${good},\n "C:\\data"]`,
      `line ${lines + 1}, column 6: a string contains an invalid escape sequence`,
    ],
    ["Python's words", `${good},\n None]`, `line ${lines + 1}, column 2: "N" was not expected here`],
    [
      "a file cut short",
      `${good},\n {"instruction": "a", "inp`,
      `line ${lines + 1}, column 27: the text is incomplete`,
    ],
    ["a list left open", good, `line ${lines}, column 3: the text is incomplete`],
    ["something after the list", `${good}]\n]`, `line ${lines + 1}, column 1: "]" was not expected here`],
    [
      "nesting without end",
      `${good},\n${"[".repeat(100)}`,
      `line ${lines + 1}, column 64: lists and objects are nested more than 64 deep`,
    ],
  ];

  it.each(breaks)("is located, and the rows before it are kept: %s", async (_what, text, message) => {
    const { rows, report } = await read(text);
    expect(rows).toEqual(three);
    expect(worded(report, rows.length).brokenAt).toContain(`The file breaks off at ${message}`);
    expect(worded(report, rows.length).brokenAt).toMatch(/The 3 good rows before that were kept.$/);
  });

  it("is located on the same line for chunks of any size", async () => {
    for (const [, text, message] of breaks) {
      for (const size of [1, 11]) {
        const { rows, report } = await read(text, size);
        expect(rows).toEqual(three);
        expect(worded(report, rows.length).brokenAt).toContain(/line \d+/.exec(message)![0]);
      }
    }
  });

  it("is refused when no row precedes it", async () => {
    await expect(read('[{"instruction": }]')).rejects.toThrow(
      "data.json breaks off at line 1, column 18: a value was expected here. There is no row before it.",
    );
    await expect(read('{\n"data": 5}')).rejects.toThrow(/contains no list of rows/);
  });

  it("costs only one row of JSON Lines", async () => {
    const text = `${JSON.stringify(row(1))}\n{"instruction": "a" "output"}\n\n{'a'}\n${JSON.stringify(row(2))}\n{"instruction": "cut`;
    const { rows, report } = await read(text);
    expect(rows).toEqual([row(1), row(2)]);
    expect(worded(report, rows.length).problems).toEqual([
      {
        row: 2,
        reason: "is not valid JSON: line 2, column 21, a comma or a closing bracket was expected here",
      },
      { row: 3, reason: `is not valid JSON: line 4, column 2, "'" was not expected here` },
      { row: 5, reason: "is not valid JSON: line 6, column 21, the text is incomplete" },
    ]);
    expect(report.brokenAt).toBeNull();
  });

  it("costs one row when it is the first line", async () => {
    const { rows, report } = await read(`{"instruction": a}\n${JSON.stringify(row(2))}\n`);
    expect(rows).toEqual([row(2)]);
    expect(report.problems[0]!.row).toBe(1);
  });
});

describe("files that are not datasets", () => {
  const files: [string, string | Uint8Array, RegExp][] = [
    ["an empty file", "", /data.json is empty/],
    ["blank space", " \n\t\r\n ", /data.json is empty|contains nothing/],
    ["megabytes of blank space", " ".repeat(3_000_000), /contains nothing but white space/],
    ["a byte-order mark alone", Uint8Array.of(0xef, 0xbb, 0xbf), /data.json is empty/],
    ["an empty list", "[]", /data.json holds no rows/],
    ["an empty list in a field", '{"data": []}', /None of|only row|no list of rows|holds no rows/],
    [
      "a PNG",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0),
      /is a PNG picture, not a dataset/,
    ],
    ["a zip", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), /is damaged \(it has no directory\)/],
    ["a Parquet table", utf8("PAR1\x15\x04"), /is damaged/],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), /is damaged \(it is truncated\)/],
    ["a PDF", utf8("%PDF-1.7\n"), /is a PDF document/],
    ["a GGUF model", utf8("GGUF\x03"), /is a GGUF model.*Model files/],
    ["a web page", "<!doctype html><title>Not found</title>", /looks like a web page/],
    ["prose", "Once upon a time", /does not begin like JSON, but with "Once upon a time"/],
    ["bytes of no known kind", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), /does not begin like JSON/],
  ];

  it.each(files)("is refused: %s", async (_what, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
    await expect(read(content)).rejects.toMatchObject({ code: "data" });
    if (content.length < 1000) await expect(read(content, 1)).rejects.toThrow(message);
  });

  it("includes a single unterminated row", async () => {
    const endless = `[{"instruction": "${"x".repeat(17 * 2 ** 20)}`;
    await expect(read(endless)).rejects.toThrow(/has a row 1 of more than 16 MB/);
    const long = "x".repeat(2 ** 19);
    const lists = JSON.stringify({ instruction: Array(40).fill(long), output: Array(40).fill("b") });
    await expect(read(lists)).rejects.toThrow(/table by columns in more than 16 MB.*by rows \(in pandas/);
    const numbered = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [index, long]));
    const byNumber = JSON.stringify({ instruction: numbered, output: numbered });
    await expect(read(byNumber)).rejects.toThrow(/table by columns in more than 16 MB/);
    const line = `${JSON.stringify(row(1))}\n"${"x".repeat(17 * 2 ** 20)}"\n${JSON.stringify(row(2))}`;
    const { rows, report } = await read(line);
    expect(rows).toEqual([row(1), row(2)]);
    expect(worded(report, rows.length).problems).toEqual([
      { row: 2, reason: "is a line of more than 16 MB" },
    ]);
  });
});
