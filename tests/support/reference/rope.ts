/**
 * Inputs of rotary embedding: x (rows, heads, width), one position per row, and the angle of each pair at each
 * position.
 */
export interface RopeProblem {
  readonly heads: number;
  readonly width: number;
  readonly positions: ArrayLike<number>;
  /** Angles (P, pairs); positions past P are clamped to the last. */
  readonly angles: Float64Array;
  readonly pairs: number;
  readonly interleaved: boolean;
}

/** Rotates each pair (a, b) to (a cos − b sin, b cos + a sin) in float64; elements past the pairs pass through. */
export function ropeReference(problem: RopeProblem, x: Float64Array): Float64Array {
  const { heads, width, positions, angles, pairs, interleaved } = problem;
  const y = Float64Array.from(x);
  const last = angles.length / pairs - 1;
  for (let row = 0; row < positions.length * heads; row++) {
    const position = Math.min(positions[Math.floor(row / heads)]!, last);
    for (let pair = 0; pair < pairs; pair++) {
      const angle = angles[position * pairs + pair]!;
      const a = row * width + (interleaved ? 2 * pair : pair);
      const b = interleaved ? a + 1 : a + pairs;
      y[a] = x[a]! * Math.cos(angle) - x[b]! * Math.sin(angle);
      y[b] = x[b]! * Math.cos(angle) + x[a]! * Math.sin(angle);
    }
  }
  return y;
}
