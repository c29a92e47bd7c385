/** ‖actual − expected‖ / ‖expected‖ (L2). NaN and mismatched lengths never pass. */
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

/** f32 unit roundoff. */
const UNIT_ROUNDOFF = 2 ** -24;

/**
 * Tolerance (relative L2 error) for f32 dot products of `terms` independent numbers, summed sequentially: rounding the
 * partial sums, which grow like √i, gives √(terms / 6) unit roundoffs (RMS). Twice that, plus a margin for dequantising
 * the operands and rounding the result.
 *
 * @param isInBlocks whether an operand is dequantised from blocks, with a product and a sum of its own
 */
export function dotTolerance(terms: number, isInBlocks: boolean): number {
  return UNIT_ROUNDOFF * (2 * Math.sqrt(terms / 6) + (isInBlocks ? 8 : 4));
}
