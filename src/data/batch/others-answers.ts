import type { EncodedRow } from "../encode/encode-row";

/**
 * Labelled answers with the answer of another row after each prompt, from which KTO estimates how far the model has moved:
 * within each `batchSize` rows that of the row before, and of the last one for the first, as in TRL's KTOTrainer. Texts are
 * cut to `maxLength` tokens.
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
