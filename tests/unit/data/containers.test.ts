import { gzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { alpacaRow, type Row, upgradeRow } from "../../../src/shared/rows";
import { toAlpaca } from "../../support/alpaca";
import { fileOf, readAll } from "../../support/read-dataset";
import { wideZip } from "../../support/wide-zip";

const row = (n: number): Row => alpacaRow({ instruction: `question ${n}`, input: "", output: `answer ${n}` });
const line = (n: number): string => JSON.stringify({ instruction: `question ${n}`, output: `answer ${n}` });
const jsonl = (...numbers: number[]): string => numbers.map(line).join("\n");
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (rows: readonly Row[]): string[] =>
  rows.map((each) => (each.kind === "text" ? each.text : "?"));

describe("tables", () => {
  const read = async (text: string, name = "a.csv") =>
    (await readAll([fileOf(text, name)])).rows.map(toAlpaca);

  it("are recognised by their first line if the name does not tell", async () => {
    const { rows, report } = await readAll([fileOf("question,answer\na,b\n", "Pasted rows")]);
    expect(rows.map(toAlpaca)).toEqual([{ instruction: "a", input: "", output: "b" }]);
    expect(report).toMatchObject({ container: "csv", format: "question-answer" });
  });

  it("may name columns in capitals, and hold lists in cells", async () => {
    expect(await read("Instruction,Input,Output\na,b,c\n")).toEqual([
      { instruction: "a", input: "b", output: "c" },
    ]);
    const chat = JSON.stringify([
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ]);
    expect(await read(`messages\n"${chat.replaceAll('"', '""')}"\n`)).toEqual([
      { instruction: "a", input: "", output: "b" },
    ]);
  });

  it("hold conversations as Python writes them, and say what to do about cells that nothing reads", async () => {
    const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
    const turns = [
      `{'role': 'user', 'content': "It's \\n a"}`,
      `{'role': 'assistant', 'content': 'b', 'weight': None}`,
    ];
    const cells = [`[${turns.join(", ")}]`, `[${turns.join("\n ")}]`, "[{'role': 'user', 'content': ...}]"];
    const { rows, report } = await readAll([fileOf(`messages\n${cells.map(quoted).join("\n")}\n`, "a.csv")]);
    const expected = alpacaRow({ instruction: "It's \n a", input: "", output: "b" });
    expect(rows).toEqual([expected, expected]);
    expect(report.problems).toEqual([{ row: 3, reason: { kind: "unread-list", field: "messages" } }]);
    const pairs = await readAll([
      fileOf(`chosen,rejected\n${quoted(cells[0]!)},${quoted(cells[0]!.replace("'b'", "'c'"))}\n`, "b.csv"),
    ]);
    expect(pairs.rows).toMatchObject([{ kind: "preference", rejected: [{ text: "c" }] }]);
  });

  it("exclude rows with too many cells, and pad those with too few", async () => {
    const { rows, report } = await readAll([
      fileOf("instruction,output,input\na,b\nc,d,e,f\ng,h,i,\n", "a.csv"),
    ]);
    expect(rows.map(toAlpaca)).toEqual([
      { instruction: "a", input: "", output: "b" },
      { instruction: "g", input: "i", output: "h" },
    ]);
    expect(report.problems).toEqual([{ row: 2, reason: { kind: "too-many-cells", cells: 4, columns: 3 } }]);
  });

  it("skip rows without content", async () => {
    const file = fileOf("sep=;\r\nQuestion;Answer\r\na;b\r\n;\r\nc;d\r\n;\r\n;\r\n", "a.csv");
    const { rows, report } = await readAll([file]);
    expect(rows.map(toAlpaca)).toEqual([
      { instruction: "a", input: "", output: "b" },
      { instruction: "c", input: "", output: "d" },
    ]);
    expect(report.problemCount).toBe(0);
  });

  it("with unknown columns need a mapping, with and without headings", async () => {
    const named = fileOf("Frage,Antwort,Punkte\nWarum?,Darum.,5\n", "a.csv");
    await expect(readAll([named])).rejects.toMatchObject({
      problem: {
        code: "data/strange-columns",
        columns: [
          { column: "Frage", example: "Warum?" },
          { column: "Antwort", example: "Darum." },
          { column: "Punkte", example: "5" },
        ],
      },
    });
    const told = await readAll([named], { columns: { roles: { instruction: "Frage", output: "Antwort" } } });
    expect(told.rows.map(toAlpaca)).toEqual([{ instruction: "Warum?", input: "", output: "Darum." }]);
    expect(told.report).toMatchObject({ format: "columns", ignoredFields: ["Punkte"] });
    const bare = fileOf("1,Warum?\n2,Darum.\n", "a.csv");
    await expect(readAll([bare])).rejects.toMatchObject({
      problem: {
        columns: [
          { column: "1", example: "1" },
          { column: "2", example: "Warum?" },
        ],
      },
    });
    expect(
      texts((await readAll([bare], { columns: { roles: { text: "2" }, headings: false } })).rows),
    ).toEqual(["Warum?", "Darum."]);
  });

  it("stop at an unclosed quote, at the latest after 16 MB", async () => {
    const long = `instruction,output\na,b\n"${"x,y\n".repeat(5 * 2 ** 20)}`;
    const { rows, report } = await readAll([fileOf(long, "a.csv")]);
    expect(rows).toHaveLength(1);
    expect(report.brokenAt).toMatchObject({ kind: "row-too-long", row: 2 });
  });
});

describe("a template over columns", () => {
  const file = fileOf(
    JSON.stringify([
      { q: "2 + 2?", options: ["3", "4"], a: "4", note: null, n: 7 },
      { q: "Is {q} here?", options: "yes\\nno", a: "yes", note: "hm", n: 8 },
    ]),
  );
  const template = "Question {n}: {q}\n{options}{note} {other}";

  it("writes a line for each entry of a list", async () => {
    const { rows, report } = await readAll([file], { columns: { roles: { output: "a" }, template } });
    expect(rows).toEqual([
      alpacaRow({ instruction: "Question 7: 2 + 2?\n3\n4 {other}", input: "", output: "4" }),
      alpacaRow({ instruction: "Question 8: Is {q} here?\nyes\\nnohm {other}", input: "", output: "yes" }),
    ]);
    expect(report.ignoredFields).toEqual([]);
  });

  it("writes plain text without an output column", async () => {
    const { rows } = await readAll([file], { columns: { roles: {}, template: "{q} {a}" } });
    expect(rows[0]).toEqual({ kind: "text", text: "2 + 2? 4" });
  });
});

describe("unknown columns of JSON", () => {
  it("need a mapping, which is then applied", async () => {
    const file = fileOf(
      JSON.stringify([
        { frage: "a", antwort: 5, satz: null },
        { frage: "b", antwort: true },
      ]),
    );
    await expect(readAll([file])).rejects.toMatchObject({
      problem: {
        code: "data/strange-columns",
        columns: [
          { column: "frage", example: "a" },
          { column: "antwort", example: "5" },
          { column: "satz", example: "" },
        ],
      },
    });
    const { rows } = await readAll([file], {
      columns: { roles: { instruction: "frage", output: "antwort", input: "satz" } },
    });
    expect(rows.map(toAlpaca).map(({ output }) => output)).toEqual(["5", "true"]);
  });

  it("are asked about in a file of one object, and read as answered", async () => {
    for (const space of [0, 2]) {
      const file = fileOf(JSON.stringify({ frage: "a", antwort: "b" }, null, space));
      await expect(readAll([file])).rejects.toMatchObject({
        problem: { code: "data/strange-columns", columns: [{ column: "frage" }, { column: "antwort" }] },
      });
      const { rows } = await readAll([file], {
        columns: { roles: { instruction: "frage", output: "antwort" } },
      });
      expect(rows.map(toAlpaca)).toEqual([{ instruction: "a", input: "", output: "b" }]);
    }
  });

  it("need a mapping after the first thousand rows of a long file", async () => {
    const file = fileOf(
      Array.from({ length: 100_000 }, (_, n) => JSON.stringify({ frage: String(n) })).join("\n"),
    );
    await expect(readAll([file])).rejects.toMatchObject({ problem: { code: "data/strange-columns" } });
  });
});

describe("plain text", () => {
  const story = "First line.\r\n\r\nSecond part,\nof two lines.\n\n\n---\n\nThird.\n";

  it("is one row, or is split at documents or blank lines", async () => {
    for (const size of [1, 1 << 16]) {
      const file = fileOf(story, "story.md", size);
      expect(texts((await readAll([file])).rows)).toEqual([story.replaceAll("\r\n", "\n")]);
      expect(texts((await readAll([file], { cut: "document" })).rows)).toEqual([
        "First line.\n\nSecond part,\nof two lines.",
        "Third.",
      ]);
      expect(texts((await readAll([file], { cut: "blank-line" })).rows)).toEqual([
        "First line.",
        "Second part,\nof two lines.",
        "---",
        "Third.",
      ]);
    }
    expect((await readAll([fileOf(story, "story.txt")])).report).toMatchObject({
      format: "text",
      container: "plain-text",
      kinds: { text: 1 },
    });
  });

  it("may start with a bracket", async () => {
    expect(texts((await readAll([fileOf("[1] Introduction\nWhy?", "a.txt")])).rows)).toEqual([
      "[1] Introduction\nWhy?",
    ]);
    expect((await readAll([fileOf(jsonl(1, 2), "a.txt")])).rows).toEqual([row(1), row(2)]);
  });

  it("is split over several rows when long, without loss", async () => {
    const long = "A line of a long document.\n".repeat(100_000);
    const { rows } = await readAll([fileOf(long, "long.txt")]);
    expect(rows.length).toBeGreaterThan(2);
    expect(texts(rows).join("")).toBe(long);
    expect(rows.map((each) => each.kind === "text" && each.goesOn)).toEqual([true, true, undefined]);
  });
});

describe("archives", () => {
  it("are unpacked: gzip with one member or several", async () => {
    const [one, two] = [gzipSync(utf8(`${jsonl(1)}\n`)), gzipSync(utf8(jsonl(2, 3)))];
    const joined = Uint8Array.of(...one, ...two);
    for (const size of [1, 100, 1 << 16]) {
      expect((await readAll([fileOf(gzipSync(utf8(jsonl(1, 2))), "a.jsonl.gz", size)])).rows).toEqual([
        row(1),
        row(2),
      ]);
      expect((await readAll([fileOf(joined, "a.jsonl.gz", size)])).rows).toEqual([row(1), row(2), row(3)]);
    }
  });

  it("report a checksum mismatch, as zlib and zipfile do", async () => {
    const plain = `[${line(1)}, ${line(2)}]`;
    const stored = zipSync({ "a.json": [utf8(plain), { level: 0 }] });
    // In the digit of an answer: the text is JSON as before.
    stored[stored.indexOf(utf8("2")[0]!, 40)]! += 1;
    expect((await readAll([fileOf(stored, "a.zip")])).report.problems).toMatchObject([
      { file: "a.json", reason: { kind: "broken-off", at: { kind: "damaged" } } },
    ]);
    const members = Uint8Array.of(
      ...gzipSync(utf8(`${jsonl(1)}\n`)),
      ...gzipSync(utf8(jsonl(2)), { level: 0 }),
    );
    const odd = members.slice();
    odd[odd.lastIndexOf(utf8("2")[0]!, odd.length - 9)]! += 1;
    for (const size of [1, 7, 1 << 16]) {
      expect((await readAll([fileOf(members, "a.jsonl.gz", size)])).report.brokenAt).toBeNull();
      const { report } = await readAll([fileOf(odd, "a.jsonl.gz", size)]);
      expect(report.brokenAt).toMatchObject({ kind: "damaged" });
    }
  });

  it("keep the rows before a truncated gzip file's end", async () => {
    const numbers = Array.from({ length: 20_000 }, (_, n) => n);
    const whole = gzipSync(utf8(jsonl(...numbers)));
    const { rows, report } = await readAll([fileOf(whole.slice(0, -2000), "a.jsonl.gz")]);
    expect(rows.length).toBeGreaterThan(1000);
    expect(rows[0]).toEqual(row(0));
    expect(report.brokenAt).toMatchObject({ kind: "damaged" });
  });

  it("are unpacked: a zip, of which only data files count", async () => {
    const zip = zipSync({
      "README.md": utf8("# About"),
      "__MACOSX/._a.jsonl": utf8("junk"),
      "data/a.jsonl": utf8(jsonl(1, 2)),
      "data/b.csv": [utf8("instruction,output\nquestion 3,answer 3\n"), { level: 0 }],
      "data/c.json.gz": gzipSync(utf8(`[${line(4)}]`)),
    });
    const { rows, report } = await readAll([fileOf(zip, "a.zip")]);
    expect(rows).toEqual([row(1), row(2), row(3), row(4)]);
    expect(report).toMatchObject({ problemCount: 0, format: "alpaca" });
    expect(report.container).toBeUndefined();
  });

  it("report which files could not be read, and why", async () => {
    const files = [
      fileOf(jsonl(1), "a.jsonl"),
      fileOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0), "b.png"),
      fileOf(`[${line(2)}, {"instruction"`, "c.json"),
      fileOf("[7]", "d.json"),
      fileOf(jsonl(3), "e.jsonl"),
    ];
    const { rows, report } = await readAll(files);
    expect(rows).toEqual([row(1), row(2), row(3)]);
    expect(report.brokenAt).toBeNull();
    expect(report.problems.filter(({ row: number }) => number === null)).toMatchObject([
      { file: "d.json", reason: { code: "data/no-good-row" } },
      { file: "c.json", reason: { kind: "broken-off" } },
      { file: "b.png", reason: { code: "data/foreign-file", kind: "png" } },
    ]);
  });

  it("are read with 64-bit sizes", async () => {
    const { rows } = await readAll([fileOf(wideZip("a.jsonl", jsonl(1, 2)), "a.zip")]);
    expect(rows).toEqual([row(1), row(2)]);
  });

  it("are refused with the first reason when no file can be read", async () => {
    await expect(readAll([fileOf("", "a.json"), fileOf("[]", "b.json")])).rejects.toMatchObject({
      problem: { code: "data/empty-file", name: "a.json" },
    });
    await expect(
      readAll([fileOf(zipSync({ "a.zip": zipSync({ "b.zip": zipSync({}) }) }), "c.zip")]),
    ).rejects.toMatchObject({
      code: "data",
    });
    const encrypted = zipSync({ "a.json": utf8("[]") });
    // Set the encryption flag in the directory.
    encrypted[encrypted.findIndex((_, at) => encrypted[at] === 0x50 && encrypted[at + 2] === 1) + 8] = 1;
    await expect(readAll([fileOf(encrypted, "a.zip")])).rejects.toThrow(/encrypted/);
  });
});

describe("rows kept by an earlier version", () => {
  it("are read as conversations", () => {
    expect(
      upgradeRow({ instruction: "a", input: "b", output: "c", system: "s", history: [["q", "r"]] }),
    ).toEqual({
      kind: "conversation",
      system: "s",
      turns: [
        { role: "user", text: "q" },
        { role: "assistant", text: "r" },
        { role: "user", text: "a", input: "b" },
        { role: "assistant", text: "c" },
      ],
    });
    const kept = row(1);
    expect(upgradeRow(kept)).toBe(kept);
  });
});
