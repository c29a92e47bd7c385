import { f32 } from "../../../src/engine/graph/value";
import { fromIdentity } from "../../../src/engine/ops/from-identity";
import { keepTop } from "../../../src/engine/ops/keep-top";
import { multiplyColumn, rowDot } from "../../../src/engine/ops/row-dot";
import { softmax } from "../../../src/engine/ops/softmax";
import { normal } from "../check-op";
import { opCase, type RegisteredCase, type Variants } from "./case";

const dot = (rows: number, columns: number, variants?: Variants): RegisteredCase =>
  opCase(
    {
      name: `rowDot ${rows}x${columns}`,
      op: rowDot,
      attrs: {},
      inputs: [
        { type: f32(rows, columns), grad: true },
        { type: f32(rows, columns), grad: true },
      ],
      reference: ([a, b]) => [
        Float64Array.from({ length: rows }, (_, row) => {
          let sum = 0;
          for (let c = row * columns; c < (row + 1) * columns; c++) sum += a![c]! * b![c]!;
          return sum;
        }),
      ],
    },
    variants,
  );

const gated = (rows: number, columns: number): RegisteredCase =>
  opCase({
    name: `multiplyColumn ${rows}x${columns}`,
    op: multiplyColumn,
    attrs: {},
    inputs: [
      { type: f32(rows, columns), grad: true },
      { type: f32(rows, 1), grad: true },
    ],
    reference: ([x, g]) => [x!.map((value, i) => value * g![Math.floor(i / columns)]!)],
  });

/** Samples with every third zero, and a row of zeros at the end. */
function sparse(rows: number, columns: number): Float32Array<ArrayBuffer> {
  return normal(rows * columns, 9).map((value, i) => (i % 3 === 0 || i >= (rows - 1) * columns ? 0 : value));
}

function softmaxRow(row: Float64Array, skipZeros: boolean): Float64Array {
  const counts = (value: number): boolean => !skipZeros || value !== 0;
  const maximum = Math.max(...row);
  const powers = row.map((value) => (counts(value) ? Math.exp(value - maximum) : 0));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => (sum === 0 ? 0 : value / sum));
}

function mapRows(x: Float64Array, columns: number, f: (row: Float64Array) => Float64Array): Float64Array {
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += columns) y.set(f(x.slice(start, start + columns)), start);
  return y;
}

/** For large inputs the softmax saturates, and the gradient is rounding noise. */
const mixed = (rows: number, columns: number, scale: number): RegisteredCase =>
  opCase({
    name: `softmax ${rows}x${columns} of size ${scale}`,
    op: softmax,
    attrs: { skipZeros: false },
    inputs: [{ type: f32(rows, columns), data: normal(rows * columns, 3, scale), grad: scale === 1 }],
    reference: ([x]) => [mapRows(x!, columns, (row) => softmaxRow(row, false))],
  });

const skipping = (rows: number, columns: number): RegisteredCase[] => {
  const inputs = { type: f32(rows, columns), data: sparse(rows, columns) };
  const reference = ([x]: readonly Float64Array[]): Float64Array[] => [
    mapRows(x!, columns, (row) => softmaxRow(row, true)),
  ];
  const name = `softmax of what is not zero ${rows}x${columns}`;
  const whole = normal(rows * columns, 4);
  return [
    opCase({ name, op: softmax, attrs: { skipZeros: true }, inputs: [inputs], reference }),
    opCase({
      name: `${name}, gradient`,
      op: softmax,
      attrs: { skipZeros: true },
      inputs: [{ type: f32(rows, columns), data: whole, grad: true }],
      reference,
    }),
  ];
};

/** Scores with ties in each row, won by the first. */
const top = (rows: number, columns: number, keep: number): RegisteredCase => {
  const score = normal(rows * columns, 6).map((value) => Math.round(2 * value) / 2);
  return opCase({
    name: `keepTop ${keep} of ${rows}x${columns}`,
    op: keepTop,
    attrs: { keep },
    inputs: [
      { type: f32(rows, columns), grad: true },
      { type: f32(rows, columns), data: score },
    ],
    reference: ([x, scores]) => [
      x!.map((value, i) => {
        const start = i - (i % columns);
        const row = [...scores!.slice(start, start + columns)].map((number, place) => ({ number, place }));
        const best = row.sort((a, b) => b.number - a.number || a.place - b.place).slice(0, keep);
        return best.some(({ place }) => place === i - start) ? value : 0;
      }),
    ],
  });
};

const distance = (size: number): RegisteredCase =>
  opCase({
    name: `fromIdentity ${size}`,
    op: fromIdentity,
    attrs: { alpha: 0.3 },
    inputs: [{ type: f32(size, size) }],
    reference: ([x]) => [x!.map((value, i) => 0.3 * (value - (i % (size + 1) === 0 ? 1 : 0)))],
  });

export const gateCases: readonly RegisteredCase[] = [
  dot(1, 1),
  dot(7, 13),
  dot(5, 260),
  dot(3, 132, "gpu"),
  dot(3, 132, "barriers"),
  gated(1, 1),
  gated(7, 13),
  gated(70, 8),
  mixed(1, 1, 1),
  mixed(70, 3, 1),
  mixed(5, 4, 60),
  ...skipping(7, 4),
  top(1, 1, 1),
  top(70, 4, 2),
  top(9, 5, 5),
  distance(1),
  distance(13),
];
