/** Row-wise RMSNorm in float64: y and 1/rms per row. */
export function rmsNormReference(
  x: Float64Array,
  w: Float64Array,
  epsilon: number,
  weightOffset: number,
): [y: Float64Array, inverseRms: Float64Array] {
  const columns = w.length;
  const inverseRms = new Float64Array(x.length / columns);
  const y = x.map((_, i) => {
    const row = Math.floor(i / columns);
    if (i % columns === 0) {
      const values = x.subarray(i, i + columns);
      inverseRms[row] = 1 / Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / columns + epsilon);
    }
    return x[i]! * inverseRms[row]! * (weightOffset + w[i % columns]!);
  });
  return [y, inverseRms];
}

/** Row-wise layer normalisation in float64: y and (mean, 1/deviation) per row. */
export function layerNormReference(
  x: Float64Array,
  w: Float64Array,
  b: Float64Array,
  epsilon: number,
): [y: Float64Array, statistics: Float64Array] {
  const columns = w.length;
  const statistics = new Float64Array((2 * x.length) / columns);
  const y = x.map((_, i) => {
    const row = Math.floor(i / columns);
    if (i % columns === 0) {
      const values = x.subarray(i, i + columns);
      const mean = values.reduce((sum, v) => sum + v, 0) / columns;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / columns;
      statistics.set([mean, 1 / Math.sqrt(variance + epsilon)], 2 * row);
    }
    const normal = (x[i]! - statistics[2 * row]!) * statistics[2 * row + 1]!;
    return normal * w[i % columns]! + b[i % columns]!;
  });
  return [y, statistics];
}
