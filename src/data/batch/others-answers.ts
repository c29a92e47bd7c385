import type { EncodedRow } from "../encode/encode-row";

/**
 * Adds another row's answer after each labelled row's prompt, from which KTO estimates how far the model has moved:
 * within each batch the previous row's, and for the first row the last one's, as in TRL's KTOTrainer. Truncates to
 * `maxLength` tokens.
 */
export function withOthersAnswers(
  rows: readonly EncodedRow[],
  batchSize: number,
  maxLength: number,
): EncodedRow[] {
  return rows.map((row, index) => {
    const first = index - (index % batchSize);
    const before = index === first ? Math.min(first + batchSize, rows.length) - 1 : index - 1;
    const { answer } = rows[before] ?? row;
    if (!answer) return row;
    const start = row.supervised.indexOf(1);
    const ids = [...row.ids.subarray(0, start), ...answer.ids].slice(0, maxLength);
    const supervised = [...row.supervised.subarray(0, start), ...answer.supervised].slice(0, maxLength);
    return { ...row, rejected: { ids: Uint32Array.from(ids), supervised: Uint8Array.from(supervised) } };
  });
}
