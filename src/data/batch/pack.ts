/** Row indices of a packed sequence, in order. */
export type PackedSequence = readonly number[];

/** Limit on open sequences; more cost time and gain nothing. */
const MAX_OPEN = 64;

/**
 * Packs rows into few sequences of `maxLength` tokens by first fit, keeping the order of rows within a sequence. A
 * longer row gets its own sequence (rows are truncated earlier).
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
