import type { LengthStats } from "../../spec/data";
import type { EncodedRow } from "./encode-row";

/** Bars that the histogram aims at. */
const BARS = 24;

/** Lengths of a dataset's rows (before they were cut), and what the maximum length does to them. */
export function lengthStats(rows: readonly EncodedRow[], maxLength: number): LengthStats {
  const longest = rows.reduce((most, { fullLength }) => Math.max(most, fullLength), 0);
  const binWidth = niceWidth(Math.max(longest, maxLength) / BARS);
  const histogram = new Array<number>(Math.floor(longest / binWidth) + 1).fill(0);
  let supervisedTokens = 0;
  let totalTokens = 0;
  for (const row of rows) {
    const bin = Math.floor(row.fullLength / binWidth);
    histogram[bin] = (histogram[bin] ?? 0) + 1;
    if (row.excluded === null) {
      totalTokens += row.ids.length;
      supervisedTokens += row.supervised.reduce((sum, one) => sum + one, 0);
    }
  }
  return {
    rows: rows.length,
    histogram,
    binWidth,
    longest,
    truncated: rows.filter(({ fullLength }) => fullLength > maxLength).length,
    excluded: rows.filter(({ excluded }) => excluded !== null).length,
    supervisedTokens,
    totalTokens,
    endTokenMissing: rows.length > 0 && !rows.some(({ hasEnd }) => hasEnd),
  };
}

/** The next of 1, 2, 4, 8 … that is at least `width`. */
function niceWidth(width: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(width)));
}
