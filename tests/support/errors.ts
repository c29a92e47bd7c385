/** ‖actual − expected‖ / ‖expected‖ (L2); NaN and lengths that differ never pass. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += ((actual[i] ?? NaN) - (expected[i] ?? NaN)) ** 2;
    norm += (expected[i] ?? NaN) ** 2;
  }
  const error = Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-12);
  return Number.isNaN(error) ? Infinity : error;
}

/** Half the distance of two neighbouring f32 numbers near one. */
const UNIT_ROUNDOFF = 2 ** -24;

/**
 * The relative L2 error to allow in sums of `terms` products of independent numbers, added one by one in f32: rounding the
 * partial sums, which grow like √i, leaves √(terms / 6) unit roundoffs (root mean square); twice that, and some for
 * widening the factors and rounding the result.
 *
 * @param isInBlocks whether a factor is widened from blocks, with a product and a sum of its own
 */
export function dotTolerance(terms: number, isInBlocks: boolean): number {
  return UNIT_ROUNDOFF * (2 * Math.sqrt(terms / 6) + (isInBlocks ? 8 : 4));
}
