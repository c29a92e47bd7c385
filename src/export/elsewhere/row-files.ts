import type { StreamedFile } from "../../formats/zip";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { linesFile } from "../streamed-file";
import type { NumberedSet, TrainingRun } from "../training-run";
import { pairLines } from "./pair-rows";
import { labelledLines } from "./token-rows";

/** A run's sets of rows by name; without held-out rows there is no "validation". */
export function rowSets({ train, validation }: TrainingRun): Readonly<Record<string, NumberedSet>> {
  return { train, ...(validation.rows.length > 0 && { validation }) };
}

/** Writes each set as `data/NAME.jsonl`. */
export async function rowFiles(
  run: TrainingRun,
  linesOf: (set: NumberedSet) => Iterable<unknown>,
): Promise<StreamedFile[]> {
  const files: StreamedFile[] = [];
  for (const [name, set] of Object.entries(rowSets(run)))
    files.push(await linesFile(`data/${name}.jsonl`, linesOf(set)));
  return files;
}

/** Rows as text pairs if the run compares answers, else as token ids with labels. */
export function trainedLines(
  tokenizer: Tokenizer,
  run: TrainingRun,
): (set: NumberedSet) => Iterable<unknown> {
  return (set) => (run.config.objective ? pairLines(tokenizer, set) : labelledLines(set));
}
