/** Cross-entropy results in float64. */
export interface CrossEntropyReference {
  /** −log p(label) per row; 0 for ignored labels. */
  readonly losses: Float64Array;
  /** (softmax − onehot) · scale. */
  readonly gradient: Float64Array;
}

/** Row-wise softmax cross-entropy; out-of-range labels are ignored. */
export function crossEntropyReference(
  logits: Float64Array,
  labels: ArrayLike<number>,
  scale: number,
): CrossEntropyReference {
  const columns = logits.length / labels.length;
  const losses = new Float64Array(labels.length);
  const gradient = new Float64Array(logits.length);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (label >= columns) continue;
    const values = logits.subarray(row * columns, (row + 1) * columns);
    const largest = values.reduce((a, b) => Math.max(a, b));
    const logSum = largest + Math.log(values.reduce((sum, x) => sum + Math.exp(x - largest), 0));
    losses[row] = logSum - values[label]!;
    values.forEach((x, c) => {
      gradient[row * columns + c] = scale * (Math.exp(x - logSum) - (c === label ? 1 : 0));
    });
  }
  return { losses, gradient };
}

/** Partial derivatives of a function: fourth-order central differences. */
export function centralDifference(f: (x: Float64Array) => number, at: Float64Array, h = 1e-3): Float64Array {
  return at.map((_, i) => {
    const moved = (by: number): number => {
      const x = Float64Array.from(at);
      x[i]! += by;
      return f(x);
    };
    return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
  });
}
