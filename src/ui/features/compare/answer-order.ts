import { type ScoredRow, type ScoreId, scoreSpecs } from "../../../shared/scores";

export const ROW_ORDERS = ["rows", "worst", "best"] as const;
export type RowOrder = (typeof ROW_ORDERS)[number];

/** Difference between a row's last and first answer in a score; 0 if either has none. */
export function gainOf({ answers }: ScoredRow, id: ScoreId): number {
  const [before, after] = [answers[0]?.values[id], answers.at(-1)?.values[id]];
  if (before === undefined || after === undefined) return 0;
  return scoreSpecs[id].better === "higher" ? after - before : before - after;
}

/** Indices of the rows to show, sorted stably. */
export function shownRows(
  rows: readonly ScoredRow[],
  id: ScoreId,
  order: RowOrder,
  onlyWorse: boolean,
): number[] {
  const gains = rows.map((row) => gainOf(row, id));
  const shown = rows.flatMap((_, index) => (onlyWorse && (gains[index] ?? 0) >= 0 ? [] : [index]));
  if (order === "rows") return shown;
  const sign = order === "worst" ? 1 : -1;
  return shown.sort((a, b) => sign * ((gains[a] ?? 0) - (gains[b] ?? 0)));
}
