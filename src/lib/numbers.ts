/** Σ values. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Π values, 1 without any: the element count of a shape. */
export function product(values: readonly number[]): number {
  return values.reduce((result, value) => result * value, 1);
}
