import { makeRng } from "../../lib/rng";

/** Row indices for training and validation. */
export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Holds out a fraction of `rows` for validation, determined by the seed: at least one row if the fraction is positive,
 * but never all. Both lists are ascending.
 */
export function splitRows(rows: readonly number[], share: number, seed: number): Split {
  const count = share > 0 ? Math.min(Math.max(1, Math.round(rows.length * share)), rows.length - 1) : 0;
  if (count <= 0) return { train: [...rows], validation: [] };
  const shuffled = makeRng(seed, 0x5eed).shuffle([...rows]);
  const held = new Set(shuffled.slice(0, count));
  return { train: rows.filter((row) => !held.has(row)), validation: rows.filter((row) => held.has(row)) };
}
