import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { FieldValues } from "../../src/shared/fields";
import { PRESETS } from "../../src/shared/presets";
import { openBuiltIn } from "../builtin/built-in";
import { putIntoDocs } from "../support/docs-table";
import type { MadeSet } from "./dataset";
import { developmentSets } from "./development";
import { type Measured, measureSet } from "./measure";
import { madeSets } from "./sets";

const RESULTS = "tests/presets/results.json";

const USAGE = `npm run table:presets [-- NAME …]         measures “Balanced” on the datasets named, or all; keeps the rows in ${RESULTS} and the docs
npm run table:presets -- --missing        measures those that have no row yet
npm run table:presets -- --print          prints the rows that are kept
npm run table:presets -- quick NAME … option=value …   tries another preset, or options; keeps nothing
npm run table:presets -- --development    the datasets by which the presets were chosen; keeps nothing
Names: ${madeSets.map(({ id }) => id).join(", ")}`;

/** Trains the built-in model under a preset on every dataset, and prints and keeps a row for each. */
export async function main(words: string[]): Promise<number> {
  const own = readOptions(words.filter((word) => word.includes("=")));
  const preset = PRESETS.find((id) => words.includes(id)) ?? "balanced";
  const isDevelopment = words.includes("--development");
  const known = isDevelopment ? developmentSets : madeSets;
  const names = words.filter((word) => known.some(({ id }) => id === word));
  const others = words.filter((word) => !names.includes(word) && !PRESETS.some((id) => id === word));
  if (others.some((word) => !word.includes("=") && !FLAGS.includes(word)) || words.includes("--help")) {
    console.log(USAGE);
    return words.includes("--help") ? 0 : 1;
  }
  const isKept = !isDevelopment && preset === "balanced" && Object.keys(own).length === 0;
  const wanted = known.filter(({ id }) => {
    if (words.includes("--print")) return false;
    if (words.includes("--missing")) return keptRows()[id] === undefined;
    return names.length === 0 || names.includes(id);
  });
  if (wanted.length > 0) console.log(HEAD);
  const model = wanted.length > 0 ? await openBuiltIn() : null;
  for (const set of wanted) {
    if (!model) break;
    const row = await measureSet(model, set, preset, own);
    console.log(formatRow(set, row));
    if (isKept) writeFileSync(RESULTS, `${JSON.stringify({ ...keptRows(), [set.id]: row }, null, 2)}\n`);
  }
  if (isDevelopment || !isKept) return 0;
  const table = [HEAD, ...madeSets.flatMap((set) => formatKept(set))].join("\n");
  console.log(`\n${table}`);
  putIntoDocs("table:presets", table);
  return 0;
}

const FLAGS = ["--missing", "--print", "--development", "--help"];

const HEAD = `| dataset | kind | rows | steps | held-out loss before | lowest | right before | after | everyday loss before | after |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

function formatKept(set: MadeSet): string[] {
  const row = keptRows()[set.id];
  return row ? [formatRow(set, row)] : [];
}

function formatRow({ id, kind }: MadeSet, row: Measured): string {
  const { rows, steps, limit, losses, before, after, everydayBefore, everydayAfter } = row;
  const cells = [
    ...[id, kind, rows, `${steps} of ${limit}`, losses[0].toFixed(2), losses[1].toFixed(2)],
    ...[`${before} %`, `${after} %`, everydayBefore.toFixed(2), everydayAfter.toFixed(2)],
  ];
  return `| ${cells.join(" | ")} |`;
}

function keptRows(): Readonly<Record<string, Measured>> {
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Record<string, Measured>) : {};
}

function readOptions(words: readonly string[]): FieldValues {
  return Object.fromEntries(
    words.map((word) => {
      const [name = "", value = ""] = word.split("=");
      return [name, Number.isNaN(Number(value)) ? value : Number(value)];
    }),
  );
}
