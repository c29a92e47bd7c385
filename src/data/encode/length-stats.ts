import { sum } from "../../lib/numbers";
import type { Exclusion, LengthStats, RowExclusion } from "../../shared/data";
import type { EncodedRow } from "./encode-row";

/** Target number of histogram bars. */
const BARS = 24;

/** Length statistics before truncation, and the effects of the maximum length. */
export function lengthStats(rows: readonly EncodedRow[], maxLength: number): LengthStats {
  const longest = rows.reduce((most, { fullLength }) => Math.max(most, fullLength), 0);
  const binWidth = niceWidth(Math.max(longest, maxLength) / BARS);
  const histogram = new Array<number>(Math.floor(longest / binWidth) + 1).fill(0);
  // Rows that the template rejected have no tokens, hence no end token to count.
  const usable = rows.filter(({ fullLength }) => fullLength > 0);
  let supervisedTokens = 0;
  let totalTokens = 0;
  for (const row of rows) {
    const bin = Math.floor(row.fullLength / binWidth);
    histogram[bin] = (histogram[bin] ?? 0) + 1;
    if (row.excluded === null) {
      for (const { ids, supervised } of [row, ...(row.rejected ? [row.rejected] : [])]) {
        totalTokens += ids.length;
        supervisedTokens += sum(supervised);
      }
    }
  }
  return {
    rows: rows.length,
    histogram,
    binWidth,
    longest,
    truncated: rows.filter(({ fullLength }) => fullLength > maxLength).length,
    endCut: rows.filter(({ excluded, isEndCut }) => excluded === null && isEndCut).length,
    systemInQuestion: rows.filter(({ notes }) => notes.systemInQuestion).length,
    toolsLeftOut: rows.filter(({ notes }) => notes.toolsLeftOut).length,
    inBytes: rows.filter(({ notes }) => notes.inBytes).length,
    askedDifferently: rows.filter(({ notes }) => notes.askedDifferently).length,
    excluded: rows.filter(({ excluded }) => excluded !== null).length,
    exclusions: countExclusions(rows),
    supervisedTokens,
    totalTokens,
    endTokenMissing: usable.length > 0 && !usable.some(({ hasEnd }) => hasEnd),
  };
}

/** Number of reasons to report; template errors can differ for every row. */
const MAX_REASONS = 5;

/** Reasons for exclusion by descending frequency. */
function countExclusions(rows: readonly EncodedRow[]): Exclusion[] {
  const reasons = new Map<string, { reason: RowExclusion; rows: number; firstRow: number }>();
  for (const [index, { excluded, row = index }] of rows.entries()) {
    if (!excluded) continue;
    const key = JSON.stringify(excluded);
    const known = reasons.get(key);
    if (known) known.rows++;
    else reasons.set(key, { reason: excluded, rows: 1, firstRow: row + 1 });
  }
  return [...reasons.values()].sort((a, b) => b.rows - a.rows).slice(0, MAX_REASONS);
}

/** The smallest power of two that is at least `width`. */
function niceWidth(width: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(width)));
}
