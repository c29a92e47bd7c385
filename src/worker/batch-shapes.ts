import type { BatchList } from "../data/batch/batches";
import type { EncodedRow } from "../data/encode/encode-row";
import type { BatchShape, VirtualLengths } from "../engine/train/batch-inputs";

/** Places for labels come in steps of this many. */
const LABEL_STEP = 64;

/** Supervised tokens of each row that have a token before them to be predicted from; virtual ones count. */
export function countRowLabels(rows: readonly EncodedRow[], { promptLength }: VirtualLengths): Uint32Array {
  return Uint32Array.from(rows, ({ supervised }) => {
    const first = promptLength > 0 ? 0 : 1;
    return supervised.subarray(first).reduce((sum, one) => sum + one, 0);
  });
}

/** One shape for each length of the batches given, with places for the most labels that any of them has. */
export function batchShapes(
  places: Iterable<{ readonly list: BatchList; readonly index: number }>,
  batchSize: number,
  rowLabels: Uint32Array,
): BatchShape[] {
  const labels = new Map<number, number>();
  for (const { list, index } of places) {
    const length = list.lengthAt(index);
    const count = list.rowsAt(index).reduce((sum, row) => sum + (rowLabels[row] ?? 0), 0);
    labels.set(length, Math.max(labels.get(length) ?? 0, count));
  }
  return toShapes(labels, batchSize);
}

/**
 * One shape for each length that batches may have, with places for the most labels that rows of this dataset can bring
 * into one batch, however they are shuffled. Takes time by the rows alone, not by epochs.
 */
export function largestShapes(
  lengths: readonly number[],
  sizes: Uint32Array,
  rowLabels: Uint32Array,
  { batchSize, packing }: { readonly batchSize: number; readonly packing: boolean },
): BatchShape[] {
  const labelsOf = (row: number): number => rowLabels[row] ?? 0;
  const sizeOf = (row: number): number => sizes[row] ?? 1;
  const share = (row: number): number => labelsOf(row) / sizeOf(row);
  const rows = [...rowLabels.keys()];
  const most = packing
    ? rows.sort((a, b) => share(b) - share(a))
    : rows.sort((a, b) => labelsOf(b) - labelsOf(a));
  const labels = lengths.map((length) => {
    let count = 0;
    let room = packing ? batchSize * length : batchSize;
    for (const row of most) {
      if (room <= 0) break;
      if (sizeOf(row) > length) continue;
      // The last of packed rows may fit in part only: rounding up keeps this a bound.
      const taken = packing ? Math.min(1, room / sizeOf(row)) : 1;
      count += Math.ceil(taken * labelsOf(row));
      room -= packing ? sizeOf(row) : 1;
    }
    return [length, count] as const;
  });
  return toShapes(new Map(labels), batchSize);
}

function toShapes(labelsByLength: ReadonlyMap<number, number>, rows: number): BatchShape[] {
  return [...labelsByLength]
    .map(([length, count]) => ({
      rows,
      length,
      labels: Math.max(1, Math.ceil(count / LABEL_STEP)) * LABEL_STEP,
    }))
    .sort((a, b) => b.length - a.length);
}
