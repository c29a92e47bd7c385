import { f32 } from "../../../src/engine/graph/value";
import { fastfoodGradient, fastfoodLinear } from "../../../src/engine/ops/fastfood";
import { project } from "../reference/fastfood";
import { opCase, type RegisteredCase } from "./case";

type Sizes = readonly [rows: number, columns: number, dimension: number];

const TOKENS = 3;

/** y = x Wᵀ or x W for W (rows, columns) = P v. */
function multiply(x: Float64Array, w: Float64Array, [rows, columns]: Sizes, form: "nt" | "nn"): Float64Array {
  const [from, to] = form === "nt" ? [columns, rows] : [rows, columns];
  return Float64Array.from({ length: TOKENS * to }, (_, i) => {
    const [token, out] = [Math.floor(i / to), i % to];
    let sum = 0;
    for (let k = 0; k < from; k++) {
      sum += x[token * from + k]! * w[form === "nt" ? out * columns + k : k * columns + out]!;
    }
    return sum;
  });
}

function product([rows, columns, dimension]: Sizes, form: "nt" | "nn"): RegisteredCase {
  return opCase({
    name: `fastfoodLinear ${form} ${rows}x${columns} of ${dimension}`,
    op: fastfoodLinear,
    attrs: { seed: 7 * rows + columns, rows, columns, form },
    inputs: [
      { type: f32(TOKENS, form === "nt" ? columns : rows), grad: true },
      { type: f32(dimension), grad: true },
    ],
    reference: ([x, v]) => [
      multiply(x!, project(v!, rows * columns, 7 * rows + columns), [rows, columns, dimension], form),
    ],
  });
}

/** The gradient op alone: Σ (dy ⊙ x P e_j) for every unit vector e_j. */
function gradient([rows, columns, dimension]: Sizes): RegisteredCase {
  const seed = 5;
  return opCase({
    name: `fastfoodGradient ${rows}x${columns} of ${dimension}`,
    op: fastfoodGradient,
    attrs: { seed, rows, columns, dimension, form: "nt" },
    inputs: [{ type: f32(TOKENS, rows) }, { type: f32(TOKENS, columns) }],
    reference: ([dy, x]) => [
      Float64Array.from({ length: dimension }, (_, j) => {
        const unit = Float64Array.from({ length: dimension }, (_, i) => (i === j ? 1 : 0));
        const y = multiply(x!, project(unit, rows * columns, seed), [rows, columns, dimension], "nt");
        return y.reduce((sum, value, i) => sum + value * dy![i]!, 0);
      }),
    ],
  });
}

/** Lengths of 2 to 2^8, to cover passes of every radix; a vector longer than its matrix; full and padded ones. */
const SIZES: readonly Sizes[] = [
  [1, 1, 1],
  [1, 3, 2],
  [2, 4, 8],
  [3, 5, 20],
  [4, 8, 5],
  [6, 10, 9],
  [10, 11, 3],
  [11, 13, 4],
];

export const fastfoodCases: readonly RegisteredCase[] = [
  ...SIZES.flatMap((sizes) => [product(sizes, "nt"), product(sizes, "nn")]),
  gradient([3, 5, 4]),
  gradient([6, 10, 9]),
];
