import type { BatchList } from "../data/batch/batches";
import type { EncodedRow } from "../data/encode/encode-row";
import type { PairLengths } from "../engine/models/encoder-decoder";
import type { BatchShape, VirtualLengths } from "../engine/train/batch-inputs";

/** Label counts are rounded up to a multiple of this. */
const LABEL_STEP = 64;

/** Encoder-decoder prompt and answer lengths are rounded up to a multiple of this. */
const PAIR_STEP = 8;

/** Number of labels per row: supervised tokens with a preceding token, including virtual ones. */
export function countRowLabels(rows: readonly EncodedRow[], { promptLength }: VirtualLengths): Uint32Array {
  const first = promptLength > 0 ? 0 : 1;
  const count = ({ supervised }: Pick<EncodedRow, "supervised">): number =>
    supervised.subarray(first).reduce((labels, mark) => labels + Number(mark > 0), 0);
  return Uint32Array.from(rows, (row) => count(row) + (row.rejected ? count(row.rejected) : 0));
}

/** Source tokens (encoder) and target tokens (decoder) of each row; of a pair, those of the longer answer. */
export function splitRowPairs(rows: readonly EncodedRow[]): PairLengths[] {
  return rows.map(({ ids, supervised, rejected }) => {
    const first = supervised.indexOf(1);
    const source = first < 0 ? ids.length : first;
    return { source, target: Math.max(ids.length, rejected?.ids.length ?? 0) - source };
  });
}

/** Per-row sizes from which shapes are computed. */
export interface RowSizes {
  readonly labels: Uint32Array;
  /** Set for encoder-decoder models. */
  readonly pairs: readonly PairLengths[] | null;
}

/** One shape per batch length, sized for the most labels of any given batch of that length. */
export function batchShapes(
  places: Iterable<{ readonly list: BatchList; readonly index: number }>,
  batchSize: number,
  { labels, pairs }: RowSizes,
): BatchShape[] {
  const sizes = new Map<number, Size>();
  for (const { list, index } of places) {
    const length = list.lengthAt(index);
    const rows = list.rowsAt(index);
    const known = sizes.get(length);
    const count = rows.reduce((sum, row) => sum + (labels[row] ?? 0), 0);
    sizes.set(length, {
      labels: Math.max(known?.labels ?? 0, count),
      pair:
        pairs &&
        longestPair(
          rows.flatMap((row) => pairs[row] ?? []),
          known?.pair ?? null,
        ),
    });
  }
  return toShapes(sizes, batchSize);
}

/**
 * One shape per possible batch length, sized for the most labels that any shuffling of these rows can bring into one
 * batch. The cost grows with the rows, not the epochs.
 */
export function largestShapes(
  lengths: readonly number[],
  sizes: Uint32Array,
  { labels: rowLabels, pairs }: RowSizes,
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
      // With packing the last row may fit only in part; rounding up keeps this an upper bound.
      const taken = packing ? Math.min(1, room / sizeOf(row)) : 1;
      count += Math.ceil(taken * labelsOf(row));
      room -= packing ? sizeOf(row) : 1;
    }
    const fitting = pairs?.filter((_, row) => sizeOf(row) <= length) ?? null;
    return [length, { labels: count, pair: fitting && longestPair(fitting, null) }] as const;
  });
  return toShapes(new Map(labels), batchSize);
}

interface Size {
  readonly labels: number;
  readonly pair: PairLengths | null;
}

/** The maximum prompt length and the maximum answer length. */
function longestPair(pairs: readonly PairLengths[], known: PairLengths | null): PairLengths {
  return pairs.reduce(
    (most, { source, target }) => ({
      source: Math.max(most.source, source),
      target: Math.max(most.target, target),
    }),
    known ?? { source: 0, target: 0 },
  );
}

/** Rounds lengths up, so that few programs are needed. */
function roundUp({ source, target }: PairLengths): PairLengths {
  const step = (length: number): number => Math.max(1, Math.ceil(length / PAIR_STEP)) * PAIR_STEP;
  return { source: step(source), target: step(target) };
}

function toShapes(sizes: ReadonlyMap<number, Size>, rows: number): BatchShape[] {
  return [...sizes]
    .map(([length, { labels: count, pair }]) => ({
      rows,
      length,
      labels: Math.max(1, Math.ceil(count / LABEL_STEP)) * LABEL_STEP,
      ...(pair ? { pair: roundUp(pair) } : {}),
    }))
    .sort((a, b) => b.length - a.length);
}
