/** A sequence made of whole rows, by number, in order. */
export type PackedSequence = readonly number[];

/** Sequences that still take rows; with more of them packing gains nothing and takes ever longer. */
const MAX_OPEN = 64;

/**
 * Puts rows into few sequences of `maxLength` tokens: each into the first open one that has room, keeping their order
 * within a sequence. A row longer than that gets one of its own (rows are cut before).
 */
export function packRows(
  order: readonly number[],
  lengthOf: (row: number) => number,
  maxLength: number,
): PackedSequence[] {
  const sequences: number[][] = [];
  const open: { rows: number[]; free: number }[] = [];
  for (const row of order) {
    const length = lengthOf(row);
    const fit = open.find(({ free }) => free >= length);
    if (fit) {
      fit.rows.push(row);
      fit.free -= length;
      continue;
    }
    const rows = [row];
    sequences.push(rows);
    open.push({ rows, free: maxLength - length });
    if (open.length > MAX_OPEN) closeFullest(open);
  }
  return sequences;
}

function closeFullest(open: { free: number }[]): void {
  let fullest = 0;
  open.forEach(({ free }, index) => {
    if (free < (open[fullest]?.free ?? 0)) fullest = index;
  });
  open.splice(fullest, 1);
}
