import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { guessDelimiter } from "../../src/data/read/containers/csv-cells";
import { RowCollector } from "../../src/data/read/row-collector";
import { LuthierError } from "../../src/lib/errors";
import { makeRng, type Rng } from "../../src/lib/rng";
import { fileOf, readAll } from "../support/read-dataset";
import { jsonText, mutateBytes, mutateJson, mutateText, pick } from "./mutate";

const ROWS = [
  { instruction: "Say hi", input: "", output: 'He said "hi",\nthen left' },
  {
    instruction: "Add",
    input: "1 + 1",
    output: "2",
    weight: 0.5,
    tags: ["a", 12345678901234567890n.toString()],
  },
  { instruction: "Name a tree; or two", input: "\ufeff天气", output: "Spruce\r\nFir 💥" },
  { instruction: "None", input: "", output: "\\ \u0001 \u2028" },
];
const NUMBERS = [
  { text: "a", n: 1e21, m: -0, k: 2 ** 53, z: null },
  { text: "b", n: 0.1, ok: true },
];
const PARQUET = new URL("../golden/datasets/parquet/", import.meta.url);

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const lines = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");

/** A mutant's file name and bytes, by what it is of. */
const mutants: Readonly<
  Record<string, (rng: Rng) => readonly [name: string, bytes: Uint8Array<ArrayBuffer>]>
> = {
  json: (rng) => {
    const rows = pick(rng, [ROWS, NUMBERS]);
    if (rng.integer(2) === 0) return ["a.json", bytesOf(jsonText(mutateJson(rows, rng)))];
    const text = JSON.stringify(rows, null, pick(rng, [0, 2]));
    return [
      "a.json",
      rng.integer(2) === 0 ? bytesOf(mutateText(text, rng)) : mutateBytes(bytesOf(text), rng),
    ];
  },
  jsonl: (rng) => {
    const text = lines(pick<readonly unknown[]>(rng, [ROWS, NUMBERS]));
    return [
      "a.jsonl",
      rng.integer(2) === 0 ? bytesOf(mutateText(text, rng)) : mutateBytes(bytesOf(text), rng),
    ];
  },
  csv: (rng) => {
    const mark = pick(rng, [",", ";", "\t"]);
    const cell = (value: string): string =>
      /[",;\t\r\n]/.test(value) || rng.integer(4) === 0 ? `"${value.replaceAll('"', '""')}"` : value;
    const table = [
      ["instruction", "input", "output"],
      ...ROWS.map(({ instruction, input, output }) => [instruction, input, output]),
    ];
    const text = table.map((row) => row.map(cell).join(mark)).join(pick(rng, ["\n", "\r\n"]));
    return ["a.csv", rng.integer(2) === 0 ? bytesOf(mutateText(text, rng)) : mutateBytes(bytesOf(text), rng)];
  },
  parquet: (rng) => {
    const name = pick(rng, ["alpaca-none", "alpaca-gzip", "alpaca-v2", "alpaca-dictionary", "messages"]);
    const bytes = new Uint8Array(readFileSync(new URL(`${name}.parquet`, PARQUET)));
    if (rng.integer(2) === 0) return ["a.parquet", mutateBytes(bytes, rng)];
    for (let changes = 1 + rng.integer(3); changes > 0; changes--)
      bytes[rng.integer(bytes.length)] = rng.integer(256);
    return ["a.parquet", bytes];
  },
};

/**
 * Writes those mutants of files of rows that are read, with the values that are read of each before they become rows, for
 * check_accepted_rows.py:
 *
 *     node tests/run.mjs tests/fuzz/accepted-rows.ts DIR [mutants of each] [first seed]
 */
export async function main([
  directory = "",
  count = "1000",
  first = "1",
]: readonly string[]): Promise<number> {
  mkdirSync(directory, { recursive: true });
  const read = spyOnValues();
  for (const [kind, mutant] of Object.entries(mutants)) {
    let accepted = 0;
    for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
      const [name, bytes] = mutant(makeRng(seed, kind.length, kind.charCodeAt(0)));
      const values = await read(name, bytes);
      if (!values) continue;
      accepted++;
      writeFileSync(join(directory, `${seed}.${kind}`), bytes);
      writeFileSync(join(directory, `${seed}.${kind}.json`), JSON.stringify(values));
    }
    console.log(`${kind}: ${count} mutants from seed ${first}, ${accepted} read`);
  }
  return 0;
}

interface ReadValues {
  readonly container: string | null;
  /** Values as the file has them, valid rows or not. */
  readonly values: readonly unknown[];
  /** Lines that are no value. */
  readonly rejected: number;
  readonly isBroken: boolean;
  readonly delimiter: string;
}

/** Reads a file and notes what reaches the collector of rows; null for a file that is refused. */
function spyOnValues(): (name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<ReadValues | null> {
  let values: unknown[] = [];
  let rejected = 0;
  const { add, reject } = RowCollector.prototype;
  RowCollector.prototype.add = function (value) {
    values.push(value);
    add.call(this, value);
  };
  RowCollector.prototype.reject = function (fault) {
    rejected++;
    reject.call(this, fault);
  };
  return async (name, bytes) => {
    values = [];
    rejected = 0;
    try {
      const { report } = await readAll([fileOf(bytes, name, 50)]);
      const delimiter = guessDelimiter(new TextDecoder().decode(bytes));
      const { container = null, brokenAt } = report;
      return { container, values, rejected, isBroken: brokenAt !== null, delimiter };
    } catch (error) {
      if (error instanceof LuthierError) return null;
      throw error;
    }
  };
}
