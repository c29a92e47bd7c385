import type { EditCounts } from "../shared/data";
import type { Row } from "../shared/rows";

/** Edits of a dataset's rows, stored separately from the imported rows. */
export interface RowEdits {
  /** Edited rows by number; edits of added rows go to {@link RowEdits.added}. */
  readonly replaced: ReadonlyMap<number, Row>;
  /** Numbered after the imported rows. */
  readonly added: readonly Row[];
  /** 1 for each row that is left out, added ones included. */
  readonly leftOut: Uint8Array;
}

/** A row with its state in the dataset. */
export interface NumberedRow {
  readonly number: number;
  readonly row: Row;
  readonly leftOut: boolean;
  readonly changed: boolean;
}

/** Stored with a dataset's summary: the current edits, and the previous ones. */
export interface EditState {
  readonly revision: number;
  /** The revision that an undo restores, 0 for the imported rows; null if there is nothing to undo. */
  readonly before: number | null;
}

export function noEdits(fileRows: number): RowEdits {
  return { replaced: new Map(), added: [], leftOut: new Uint8Array(fileRows) };
}

export function countEdits(edits: RowEdits, { before }: EditState): EditCounts {
  const { replaced, added, leftOut } = edits;
  return {
    identity: identityOf(edits),
    fileRows: leftOut.length - added.length,
    leftOut: leftOut.reduce((sum, one) => sum + one, 0),
    changed: replaced.size,
    added: added.length,
    canUndo: before !== null,
  };
}

/** 64-bit hash of the edits, in hexadecimal. */
function identityOf({ replaced, added, leftOut }: RowEdits): string {
  if (replaced.size === 0 && added.length === 0 && !leftOut.includes(1)) return "";
  const rows = [...replaced].sort(([a], [b]) => a - b);
  const bytes = new TextEncoder().encode(JSON.stringify([rows, added]));
  let [high, low] = [0x811c9dc5, 0x01000193];
  for (const part of [leftOut, bytes]) {
    for (const byte of part) {
      high = Math.imul(high ^ byte, 0x01000193);
      low = Math.imul(low ^ byte, 0x85ebca6b) + (high >>> 15);
    }
  }
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Applies the edits to imported rows, the first of which has number `first`. */
export function edited(rows: readonly Row[], first: number, edits: RowEdits): NumberedRow[] {
  return rows.map((row, index) => {
    const number = first + index;
    const replacement = edits.replaced.get(number);
    return {
      number,
      row: replacement ?? row,
      leftOut: edits.leftOut[number] === 1,
      changed: replacement !== undefined,
    };
  });
}

/** Added rows `start` to `end`, counted among the added ones. */
export function addedRows({ added, leftOut }: RowEdits, start: number, end: number): NumberedRow[] {
  const fileRows = leftOut.length - added.length;
  return added.slice(start, end).map((row, index) => {
    const number = fileRows + start + index;
    return { number, row, leftOut: leftOut[number] === 1, changed: true };
  });
}

/** Edits with one row replaced. */
export function withRow(edits: RowEdits, number: number, row: Row): RowEdits {
  const fileRows = edits.leftOut.length - edits.added.length;
  if (number >= fileRows) return { ...edits, added: edits.added.with(number - fileRows, row) };
  return { ...edits, replaced: new Map(edits.replaced).set(number, row) };
}

/** Edits with one row added. */
export function withAdded(edits: RowEdits, row: Row): RowEdits {
  const leftOut = new Uint8Array(edits.leftOut.length + 1);
  leftOut.set(edits.leftOut);
  return { ...edits, added: [...edits.added, row], leftOut };
}

/** Edits with rows left out or put back. */
export function withLeftOut(edits: RowEdits, numbers: Iterable<number>, isLeftOut = true): RowEdits {
  const leftOut = edits.leftOut.slice();
  for (const number of numbers) leftOut[number] = isLeftOut ? 1 : 0;
  return { ...edits, leftOut };
}
