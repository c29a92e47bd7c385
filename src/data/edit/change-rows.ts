import { cancelled, LuthierError } from "../../lib/errors";
import { makeRng } from "../../lib/rng";
import type { DatasetEdit, DatasetSummary, DuplicateMeasure } from "../../shared/data";
import { editsOf, rowsInUse, saveEdits, streamNumberedRows, undoEdits } from "../../storage/datasets";
import { noEdits, type RowEdits, withAdded, withLeftOut, withRow } from "../../storage/row-edits";
import { hashNormalised, hashRow } from "../read/hash-row";

/**
 * Applies an edit to a dataset's rows and saves it.
 * @throws LuthierError when there is no such row or storage is full, and "cancelled" after an abort
 */
export async function changeRows(
  id: string,
  edit: DatasetEdit,
  signal?: AbortSignal,
): Promise<DatasetSummary> {
  if (edit.kind === "undo") return undoEdits(id);
  return saveEdits(id, await changed(id, await editsOf(id), edit, signal));
}

async function changed(
  id: string,
  edits: RowEdits,
  edit: Exclude<DatasetEdit, { kind: "undo" }>,
  signal: AbortSignal | undefined,
): Promise<RowEdits> {
  switch (edit.kind) {
    case "replace":
      return withRow(edits, existing(edits, edit.row), edit.value);
    case "add":
      return withAdded(edits, edit.value);
    case "leave-out":
      return withLeftOut(edits, [existing(edits, edit.row)]);
    case "put-back":
      return withLeftOut(edits, [existing(edits, edit.row)], false);
    case "sample": {
      const rows = makeRng(edit.seed, 0x5a3b1e).shuffle(await rowsInUse(id));
      return withLeftOut(edits, rows.slice(Math.max(1, edit.count)));
    }
    case "deduplicate":
      return withLeftOut(edits, await duplicatesOf(id, edit.measure, signal));
    case "reset":
      return noEdits(edits.leftOut.length - edits.added.length);
  }
}

function existing({ leftOut }: RowEdits, row: number): number {
  if (row >= 0 && row < leftOut.length) return row;
  throw new LuthierError({ code: "data/no-such-row", row: row + 1 });
}

/** The numbers of rows in use that duplicate an earlier one. */
export async function duplicatesOf(
  id: string,
  measure: DuplicateMeasure,
  signal?: AbortSignal,
): Promise<number[]> {
  const hash = measure === "exact" ? hashRow : hashNormalised;
  const known = new Set<number>();
  const found: number[] = [];
  for await (const rows of streamNumberedRows(id)) {
    if (signal?.aborted) throw cancelled();
    for (const { number, row, leftOut } of rows) {
      if (leftOut) continue;
      const key = hash(row);
      if (known.has(key)) found.push(number);
      known.add(key);
    }
  }
  return found;
}
