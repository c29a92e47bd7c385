import { hashRow } from "../data/read/hash-row";
import { LuthierError } from "../lib/errors";
import { readFiles } from "../data/read/read-files";
import type { EvaluateArgs } from "../protocol/commands";
import { type Comparison, objectiveSpecs } from "../shared/objectives";
import { questionOf, type Row } from "../shared/rows";
import type { Leaks, ScoredSource } from "../shared/scores";
import { learnRuleOf, type LearnRule, type RunConfig } from "../shared/training";
import { type PromptTemplate, templateOf } from "../shared/data";
import { findDataset, readRows, streamNumberedRows } from "../storage/datasets";
import type { EncodedRows } from "./encoded-rows";
import { withPresentData } from "./run-dataset";
import { heldOutOfSample, sampleId, samples } from "./samples";
import { heldOutPlaces } from "./training-data";

/** How rows are rendered and truncated. */
export interface RowEncoding extends PromptTemplate, LearnRule {
  readonly maxLength: number;
}

/** Rows to score, and how many of them occur in the training data. */
export interface ScoreSource {
  readonly rows: readonly Row[];
  readonly source: ScoredSource;
  readonly encoding: RowEncoding;
  readonly leaks: Leaks;
}

/** Identifies the rows held out of a dataset. */
interface HeldOut extends RowEncoding {
  readonly datasetId: string;
  readonly validationId: string | null;
  readonly validationSplit: number;
  readonly seed: number;
  /** What the run's objective compares; it encodes, and so splits, the rows of each otherwise. */
  readonly compares: Comparison | null;
}

/**
 * Collects the rows of an evaluation.
 * @param run the run of the adapter to score; it determines the held-out rows and their rendering
 * @param positions the model's positions without the adapter's virtual tokens; a run truncates rows to them
 * @throws LuthierError("data") when a dataset is gone, or a file has no rows
 */
export async function scoreSource(
  encoded: EncodedRows,
  { rows: wanted, encoding, options: { limit } }: EvaluateArgs,
  { run, positions }: { readonly run: RunConfig | null; readonly positions: number },
  signal: AbortSignal,
): Promise<ScoreSource> {
  const asked = run ? heldOutOfRun(await withPresentData(run)) : { ...encoding, ...splitOf(wanted) };
  const held = { ...asked, maxLength: Math.min(asked.maxLength, positions) };
  const kept = encodingOf(held);
  if (wanted.kind === "files") {
    const rows = await rowsOfFiles(wanted.files, limit, signal);
    const source = { kind: "file", name: wanted.files.map(({ name }) => name).join(", ") } as const;
    return { rows, source, encoding: kept, leaks: await findLeaks(held.datasetId, rows, new Set()) };
  }
  const { rows, source, places } = await heldOutRows(encoded, held, limit, signal);
  return { rows, source, encoding: kept, leaks: await findLeaks(held.datasetId, rows, places) };
}

function splitOf(
  wanted: EvaluateArgs["rows"],
): Pick<HeldOut, "validationId" | "validationSplit" | "compares"> {
  const { validationId, validationSplit } =
    wanted.kind === "held-out" ? wanted : { validationId: null, validationSplit: 0 };
  return { validationId, validationSplit, compares: null };
}

function heldOutOfRun(config: RunConfig): HeldOut {
  const { datasetId, training, validationDatasetId: validationId = null } = config;
  const { maxLength, validationSplit, seed } = training;
  const encoding = { ...templateOf(config), ...learnRuleOf(training), maxLength };
  const compares = config.objective ? objectiveSpecs[config.objective.id].compares : null;
  return { ...encoding, datasetId, validationId, validationSplit, seed, compares };
}

function encodingOf({ maxLength, learnFrom, thoughts, ...template }: RowEncoding): RowEncoding {
  return { ...templateOf(template), maxLength, learnFrom, thoughts };
}

async function heldOutRows(
  encoded: EncodedRows,
  held: HeldOut,
  limit: number,
  signal: AbortSignal,
): Promise<Pick<ScoreSource, "rows" | "source"> & { readonly places: ReadonlySet<number> }> {
  const { datasetId, validationId, compares } = held;
  const dataset = (await findDataset(datasetId)).name;
  const none: ReadonlySet<number> = new Set();
  if (validationId !== null) {
    const rows = await readRows(validationId, 0, limit);
    return { rows, source: { kind: "validation", dataset }, places: none };
  }
  const sample = (await samples()).find((entry) => sampleId(entry.id) === datasetId);
  if (sample) {
    const rows = (await heldOutOfSample(sample)).filter(hasAnswer).slice(0, limit);
    if (rows.length > 0) return { rows, source: { kind: "sample", dataset }, places: none };
  }
  const all = await encoded.get({ ...encodingOf(held), datasetId, compares }, signal);
  const places = heldOutPlaces(all, held);
  const rows = await Promise.all(places.slice(0, limit).map((place) => readRows(datasetId, place, 1)));
  return { rows: rows.flat(), source: { kind: "held-out", dataset }, places: new Set(places) };
}

function hasAnswer(row: Row): boolean {
  return row.kind === "text" || questionOf(row)?.answer !== "";
}

async function rowsOfFiles(files: readonly File[], limit: number, signal: AbortSignal): Promise<Row[]> {
  const named = files.map((file) => ({ name: file.name, bytes: file }));
  const rows: Row[] = [];
  for await (const some of readFiles(named, { signal })) {
    rows.push(...some);
    if (rows.length >= limit) break;
  }
  return rows.slice(0, limit);
}

/**
 * Counts rows that also occur in a dataset; zero if it is gone.
 * @param places the dataset's held-out rows, which are not compared
 */
async function findLeaks(
  datasetId: string,
  rows: readonly Row[],
  places: ReadonlySet<number>,
): Promise<Leaks> {
  const hashes = new Set<number>();
  const questions = new Set<string>();
  try {
    for await (const some of streamNumberedRows(datasetId)) {
      for (const { row, number, leftOut } of some) {
        if (leftOut || places.has(number)) continue;
        hashes.add(hashRow(row));
        const question = questionKey(row);
        if (question !== null) questions.add(question);
      }
    }
  } catch (error) {
    if (!(error instanceof LuthierError) || error.problem.code !== "data/dataset-gone") throw error;
  }
  const same = rows.filter((row) => hashes.has(hashRow(row)));
  const asked = rows.filter((row) => !same.includes(row) && questions.has(questionKey(row) ?? ""));
  return { rows: same.length, questions: asked.length };
}

/** A question, normalised for comparison; null for a text. */
function questionKey(row: Row): string | null {
  const found = questionOf(row);
  return found && `${found.text}\n${found.input}`.trim().toLowerCase();
}
