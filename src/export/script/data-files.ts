import { jsonRow } from "../../data/write/json-row";
import type { EncodedRow } from "../../data/encode/encode-row";
import type { StreamedFile } from "../../formats/zip";
import { linesFile } from "../streamed-file";
import type { NumberedRow, NumberedSet, TrainingRun } from "../training-run";

/**
 * The data of a run: the rows as they are, their tokens with ranges of what is learned, and the batches of each step by
 * the rows' places among those that are trained on.
 */
export async function dataFiles(run: TrainingRun): Promise<StreamedFile[]> {
  return [
    await linesFile("data/rows.jsonl", rowLines(run)),
    await linesFile("data/tokens.jsonl", tokenLines(run)),
    await linesFile("data/batches.jsonl", batchLines(run)),
  ];
}

async function* rowLines(run: TrainingRun): AsyncGenerator<unknown> {
  const held = new Set(run.validation.numbers);
  const written = function* ({ row, number }: NumberedRow, split: string): Generator<unknown> {
    yield { row: number, split, ...jsonRow(row, "messages") };
  };
  for await (const row of run.rows())
    yield* written(row, !run.validationRows && held.has(row.number) ? "validation" : "train");
  if (run.validationRows) for await (const row of run.validationRows()) yield* written(row, "validation");
}

function* tokenLines({ train, validation }: TrainingRun): Generator<unknown> {
  yield* setLines("train", train);
  yield* setLines("validation", validation);
}

function* setLines(split: string, { rows, numbers, mixed }: NumberedSet): Generator<unknown> {
  for (const [index, row] of rows.entries()) {
    const dataset = index < rows.length - mixed ? {} : { dataset: "mixed" };
    yield { split, row: numbers[index], ...dataset, ...textsOf(row) };
  }
}

function textsOf(row: EncodedRow): Readonly<Record<string, unknown>> {
  const { rejected: second, good } = row;
  if (!second) return { text: tokensOf(row) };
  if (good === undefined) return { chosen: tokensOf(row), rejected: tokensOf(second) };
  return { good, answer: tokensOf(row), other: tokensOf(second) };
}

/** Ids, and ranges of learned ones without their ends. */
export function tokensOf({ ids, supervised }: Pick<EncodedRow, "ids" | "supervised">): {
  readonly ids: readonly number[];
  readonly learned: readonly (readonly [number, number])[];
} {
  const learned: [number, number][] = [];
  supervised.forEach((value, place) => {
    const last = learned.at(-1);
    if (value !== 1) return;
    if (last?.[1] === place) last[1] = place + 1;
    else learned.push([place, place + 1]);
  });
  return { ids: [...ids], learned };
}

function* batchLines(run: TrainingRun): Generator<unknown> {
  for (let step = 0; step < run.totalSteps; step++) yield run.groups(step);
}
