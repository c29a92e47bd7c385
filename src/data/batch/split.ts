import { makeRng } from "../../lib/rng";

/** Row indices for training and validation. */
export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Holds out a fraction of `rows` for validation, determined by the seed: at least one row if the fraction is positive,
 * but never all. Rows of one group are never separated. Both lists are ascending.
 */
export function splitRows(
  rows: readonly number[],
  share: number,
  seed: number,
  groupOf: (row: number) => string | number = (row) => row,
): Split {
  const count = share > 0 ? Math.min(Math.max(1, Math.round(rows.length * share)), rows.length - 1) : 0;
  if (count <= 0) return { train: [...rows], validation: [] };
  const groups = new Map<string | number, number[]>();
  for (const row of makeRng(seed, 0x5eed).shuffle([...rows])) {
    const group = groupOf(row);
    const known = groups.get(group);
    if (known) known.push(row);
    else groups.set(group, [row]);
  }
  const held = new Set<number>();
  for (const group of groups.values()) {
    if (held.size >= count) break;
    if (held.size + group.length < rows.length) for (const row of group) held.add(row);
  }
  return { train: rows.filter((row) => !held.has(row)), validation: rows.filter((row) => held.has(row)) };
}
