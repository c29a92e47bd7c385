const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * A bidirectional LSTM layer in float64, as documented by PyTorch. `x` and `xReverse` (length, 4 hidden) are the input
 * contributions to gates i, f, g, o. Returns h of both directions concatenated, then i, f, g, o, c by direction and
 * position, then each step's previous h by direction.
 */
export function bidirectionalLstm(
  x: Float64Array,
  xReverse: Float64Array,
  w: Float64Array,
  wReverse: Float64Array,
  length: number,
  hidden: number,
): Float64Array[] {
  const y = new Float64Array(length * 2 * hidden);
  const tape = new Float64Array(2 * length * 5 * hidden);
  const before = [new Float64Array(length * hidden), new Float64Array(length * hidden)];
  [x, xReverse].forEach((input, direction) => {
    const weight = direction === 0 ? w : wReverse;
    let h = new Float64Array(hidden);
    let c = new Float64Array(hidden);
    for (let step = 0; step < length; step++) {
      const place = direction === 0 ? step : length - 1 - step;
      before[direction]!.set(h, place * hidden);
      const sums = Array.from({ length: 4 * hidden }, (_, row) =>
        h.reduce(
          (sum, value, k) => sum + weight[row * hidden + k]! * value,
          input[place * 4 * hidden + row]!,
        ),
      );
      const gate = (index: number, unit: number): number => sums[index * hidden + unit]!;
      const i = h.map((_, unit) => sigmoid(gate(0, unit)));
      const f = h.map((_, unit) => sigmoid(gate(1, unit)));
      const g = h.map((_, unit) => Math.tanh(gate(2, unit)));
      const o = h.map((_, unit) => sigmoid(gate(3, unit)));
      c = c.map((value, unit) => f[unit]! * value + i[unit]! * g[unit]!);
      h = c.map((value, unit) => o[unit]! * Math.tanh(value));
      [i, f, g, o, c].forEach((values, index) =>
        tape.set(values, ((direction * length + place) * 5 + index) * hidden),
      );
      y.set(h, (place * 2 + direction) * hidden);
    }
  });
  return [y, tape, ...before];
}
