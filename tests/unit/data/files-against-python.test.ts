import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parquetRows } from "../../../src/data/read/containers/parquet";
import { parsePythonLiteral } from "../../../src/data/read/python-literal";
import { DatasetEncoder } from "../../../src/data/encode/encode-dataset";
import { encodeRow } from "../../../src/data/encode/encode-row";
import { type AlpacaRow, alpacaRow, type RowTurn } from "../../../src/shared/rows";
import { LEARN_EVERY, type LEARN_FROM, learnRuleOf } from "../../../src/shared/training";

import { loadTokenizer, type Tokenizer } from "../../../src/tokenizer/tokenizer";
import { toAlpaca } from "../../support/alpaca";
import { fileOf, readAll } from "../../support/read-dataset";
import { runs } from "../../support/runs";
import { goldenFiles, goldenTokenizer, type Style } from "../tokenizer/goldens";

/* Output of tests/oracle/make_dataset_goldens.py. */

interface Message {
  readonly role: "user" | "assistant";
  readonly content: string;
}
interface TextCase {
  readonly name: string;
  readonly text: string;
  readonly rows: readonly (readonly [string, string, string])[];
}
interface Tables {
  readonly alpaca: readonly AlpacaRow[];
  readonly chats: readonly { readonly messages: readonly Message[] }[];
  readonly csv: readonly TextCase[];
  readonly json: readonly TextCase[];
}
interface Preference {
  readonly chosen: unknown;
  readonly rejected: unknown;
  readonly parts: { readonly [part in "prompt" | "chosen" | "rejected"]: string | readonly Message[] };
}
interface Chats {
  readonly templates: Readonly<Record<string, string>>;
  readonly chats: readonly object[];
  readonly cases: readonly {
    readonly style: Style;
    readonly template: string;
    readonly chat: number;
    readonly ids: readonly number[];
    readonly count: number;
    readonly every: readonly (readonly [number, number])[];
    readonly last: readonly (readonly [number, number])[];
  }[];
  readonly documents: readonly string[];
  readonly blocks: readonly { readonly style: Style; readonly blocks: readonly (readonly number[])[] }[];
}

const at = (name: string): URL => new URL(`../../golden/datasets/${name}`, import.meta.url);
function goldens<T>(name: string): T {
  return JSON.parse(readFileSync(at(name), "utf8")) as T;
}
const tables = goldens<Tables>("tables.json");
const chats = goldens<Chats>("chats.json");

function turnsOf(messages: readonly Message[]): RowTurn[] {
  return messages.map(({ role, content }) => ({ role, text: content }));
}

describe("cells as Python literals", () => {
  const cases = goldens<{ readonly text: string; readonly json: unknown }[]>("literals.json");
  // NumPy prints arrays of dicts without commas, which Python does not read.
  const numpy = "[{'a': 1} {'b': 2}]";

  it.each(cases.filter(({ text }) => text !== numpy))("$text", ({ text, json }) => {
    expect(parsePythonLiteral(text) ?? null).toEqual(json);
  });

  it("may lack the commas between dicts", () => {
    expect(parsePythonLiteral(numpy)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it("are read in time that grows with their length, and refused where they nest without end", () => {
    const text = `[${"'a\\n', ".repeat(200_000)}]`;
    const started = performance.now();
    expect(parsePythonLiteral(text)).toHaveLength(200_000);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(parsePythonLiteral("[".repeat(100_000))).toBeUndefined();
  });
});

describe("Parquet, as pyarrow and datasets write it", () => {
  const files = readdirSync(at("parquet"));
  it("has a file for each codec", () => expect(files.length).toBeGreaterThan(8));

  it.each(files)("%s", async (name) => {
    const file = fileOf(readFileSync(at(`parquet/${name}`)), name);
    const { rows, report } = await readAll([file]);
    if (name.startsWith("messages")) {
      expect(rows.map((row) => row.kind === "conversation" && row.turns)).toEqual(
        tables.chats.map(({ messages }) => turnsOf(messages)),
      );
      expect(report).toMatchObject({ format: "messages", container: "parquet", ignoredFields: ["id"] });
    } else if (name === "long.parquet") {
      const texts = ["x", "天"].map((text) => text.repeat(100_000));
      expect(rows).toEqual(texts.map((text) => alpacaRow({ instruction: text, input: "", output: text })));
    } else if (name === "alpaca-dictionary.parquet") {
      expect(rows).toEqual(Array(50).fill(alpacaRow({ instruction: "a", input: "", output: "b" })));
    } else {
      expect(rows.map(toAlpaca)).toEqual(tables.alpaca);
    }
    expect(report.problemCount).toBe(0);
  });

  it.each(files)("%s to any number of rows", async (name) => {
    const file = fileOf(readFileSync(at(`parquet/${name}`)), name);
    const all = (await readAll([file])).rows;
    for (const firstRows of [1, 2, all.length - 1, all.length])
      expect((await readAll([file], { firstRows })).rows).toEqual(all.slice(0, firstRows));
  });

  it("passing rows on as soon as their pages are read", async () => {
    const bytes = readFileSync(at("parquet/messages-pages-1.parquet"));
    const file = new Blob([bytes]);
    const seen: number[] = [];
    for await (const rows of parquetRows(file, () => undefined)) seen.push(rows.length);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.reduce((sum, count) => sum + count)).toBe(tables.chats.length);
  });
});

describe.each([
  ["tables", tables.csv],
  ["JSON", tables.json],
])("%s, as pandas reads it", (kind, cases) => {
  it.each(cases)("$name", async ({ text, rows: expected }) => {
    for (const size of [1, 7, 1 << 16]) {
      const { rows, report } = await readAll([fileOf(text, kind === "tables" ? "a.csv" : "a.json", size)]);
      expect(
        rows.map(toAlpaca).map(({ instruction, input, output }) => [instruction, input, output]),
      ).toEqual(expected);
      expect(report).toMatchObject({ problemCount: 0, format: "alpaca" });
    }
  });
});

describe("prompts within both answers, as TRL extracts them", () => {
  it.each(goldens<Preference[]>("preferences.json"))("$chosen", async ({ chosen, rejected, parts }) => {
    const { rows } = await readAll([fileOf(JSON.stringify([{ chosen, rejected }]))]);
    const [row] = rows;
    if (row?.kind !== "preference") throw new Error("this is no preference");
    const system = row.system === undefined ? [] : [{ role: "system", text: row.system }];
    const turns = (part: string | readonly Message[], role: "user" | "assistant"): readonly object[] => {
      if (typeof part !== "string") return turnsOf(part);
      return role === "user" && part === "" ? [] : [{ role, text: part }];
    };
    expect([...system, ...row.prompt]).toEqual(turns(parts.prompt, "user"));
    expect(row.chosen).toEqual(turns(parts.chosen, "assistant"));
    expect(row.rejected).toEqual(turns(parts.rejected, "assistant"));
  });
});

const tokenizers = new Map<string, Tokenizer>();
function tokenizerOf(style: Style, template: string): Tokenizer {
  const key = `${style} ${template}`;
  const known =
    tokenizers.get(key) ??
    loadTokenizer({ tokenizer: { ...goldenFiles(style), chatTemplate: chats.templates[template] ?? null } });
  tokenizers.set(key, known);
  return known;
}

describe("conversations with tools and several turns, as transformers renders them", () => {
  it.each(chats.cases)(
    "chat $chat under $template on $style",
    async ({ style, template, chat, ids, count, every, last }) => {
      const tokenizer = tokenizerOf(style, template);
      // Weights only matter for some "Learn from" modes; without them every answer is learned.
      const unmarked = JSON.stringify(chats.chats[chat]).replaceAll(/,"weight":[01]/g, "");
      const { rows } = await readAll([fileOf(unmarked)]);
      const encode = (mode: (typeof LEARN_FROM)[number]) =>
        encodeRow(rows[0]!, "chat", tokenizer, 1_000_000, learnRuleOf({ learnFrom: mode }));
      const encoded = encode("every");
      expect(encoded.excluded).toBeNull();
      expect(encoded.ids).toHaveLength(count);
      if (ids.length > 0) {
        const text = (some: Iterable<number>) => tokenizer.decode([...some], { skipSpecialTokens: false });
        expect(text(encoded.ids)).toBe(text(ids));
        expect([...encoded.ids]).toEqual(ids);
      }
      expect(runs(encoded.supervised)).toEqual(every);
      expect(runs(encode("last").supervised)).toEqual(last);
      expect(encode("flagged").excluded).toEqual({ code: "data/nothing-to-learn" });
    },
  );

  it("supervise what the file marks, under each choice", async () => {
    const { rows } = await readAll([fileOf(JSON.stringify(chats.chats[0]))]);
    const tokenizer = tokenizerOf("chatml", "tags");
    const learned = (mode: (typeof LEARN_FROM)[number]): string[] => {
      const { ids, supervised } = encodeRow(
        rows[0]!,
        "chat",
        tokenizer,
        1_000_000,
        learnRuleOf({ learnFrom: mode }),
      );
      return runs(supervised).map(([start, end]) =>
        tokenizer.decode([...ids.subarray(start, end)], { skipSpecialTokens: false }),
      );
    };
    const end = "<|im_end|>";
    expect(learned("every")).toEqual([`  Ebony\n${end}`, `\n\nSpruce, twice: Balsa.${end}`]);
    expect(learned("last")).toEqual([`\n\nSpruce, twice: Balsa.${end}`]);
    expect(learned("flagged")).toEqual([`  Ebony\n${end}`]);
  });

  it("are left out if the template does not render calls", async () => {
    const { rows } = await readAll([fileOf(JSON.stringify(chats.chats[1]))]);
    const chatml = goldenTokenizer("chatml");
    const without = { code: "data/template-without-tools" };
    expect(encodeRow(rows[0]!, "chat", chatml, 1000).excluded).toEqual(without);
    expect(encodeRow(rows[0]!, "alpaca", chatml, 1000).excluded).toEqual(without);
    const listOnly = {
      ...rows[0]!,
      turns: [
        { role: "user", text: "a" },
        { role: "assistant", text: "b" },
      ],
    } as const;
    expect(encodeRow(listOnly as (typeof rows)[0], "chat", chatml, 1000)).toMatchObject({
      excluded: null,
      notes: { toolsLeftOut: true },
    });
  });
});

describe("texts in blocks, as TRL packs them", () => {
  it.each(chats.blocks)("$style", ({ style, blocks }) => {
    const options = { templateId: "alpaca", maxLength: 16, ...LEARN_EVERY } as const;
    const encoder = new DatasetEncoder(goldenTokenizer(style), options);
    const encoded = [
      ...chats.documents.flatMap((text, number) => encoder.add({ kind: "text", text }, number)),
      ...encoder.end(),
    ];
    expect(encoded.map(({ ids }) => [...ids])).toEqual(blocks);
    for (const { ids, supervised, excluded } of encoded) {
      expect(supervised).toEqual(new Uint8Array(ids.length).fill(1));
      expect(excluded).toEqual(ids.length > 1 ? null : { code: "data/nothing-to-learn" });
    }
  });

  it("continue a document that was split for length without an end token in between", () => {
    const gpt2 = goldenTokenizer("gpt2");
    const encoder = new DatasetEncoder(gpt2, { templateId: "chat", maxLength: 1000, ...LEARN_EVERY });
    encoder.add({ kind: "text", text: "One half\n", goesOn: true }, 0);
    encoder.add({ kind: "text", text: "and the other." }, 1);
    const [block, ...others] = encoder.end();
    expect(others).toEqual([]);
    expect(gpt2.decode([...block!.ids], { skipSpecialTokens: true })).toBe("One half\nand the other.");
    expect([...block!.ids].filter((id) => id === gpt2.eosId)).toHaveLength(1);
    expect(block).toMatchObject({ row: 0, hasEnd: true });
  });
});
