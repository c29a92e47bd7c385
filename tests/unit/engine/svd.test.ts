import { describe, expect, test } from "vitest";
import { topSingularTriplets } from "../../../src/engine/adapters/lora/svd";
import { makeRng } from "../../../src/lib/rng";

/** A matrix with the given singular values and random singular vectors. */
function matrixOf(rows: number, columns: number, values: readonly number[]): Float32Array {
  const random = makeRng(rows + columns, 0);
  const orthogonal = (size: number): Float64Array[] => {
    const vectors: Float64Array[] = [];
    for (let k = 0; k < values.length; k++) {
      const vector = Float64Array.from({ length: size }, () => random.normal());
      for (let pass = 0; pass < 2; pass++) {
        for (const known of vectors) {
          const along = vector.reduce((sum, value, i) => sum + value * known[i]!, 0);
          vector.forEach((value, i) => (vector[i] = value - along * known[i]!));
        }
      }
      const length = Math.hypot(...vector);
      vectors.push(vector.map((value) => value / length));
    }
    return vectors;
  };
  const [left, right] = [orthogonal(rows), orthogonal(columns)];
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return values.reduce((sum, value, k) => sum + value * left[k]![row]! * right[k]![column]!, 0);
  });
}

describe("svd", () => {
  test.each([
    [12, 9, 3, [9, 7, 6.9, 5, 1, 0.5]],
    [20, 40, 4, [3, 2.99, 2.98, 2.97, 2.96, 2.95, 2, 1]],
    [60, 150, 5, Array.from({ length: 60 }, (_, k) => 10 / (1 + k / 20))],
    [5, 8, 2, [4]],
  ])(
    "gives the largest singular triplets of a %i x %i matrix, the first %i",
    (rows, columns, rank, values) => {
      const matrix = matrixOf(rows, columns, values);
      const found = topSingularTriplets(matrix, rows, rank, makeRng(7, 0));
      const expected = Array.from({ length: rank }, (_, k) => values[k] ?? 0);
      found.values.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-5));
      found.right.forEach((a, i) =>
        found.right.forEach((b, j) => {
          const product = a.reduce((sum, value, k) => sum + value * b[k]!, 0);
          expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-9);
        }),
      );
      // W v = σ u for each.
      found.values.forEach((value, k) => {
        for (let row = 0; row < rows; row++) {
          const image = found.right[k]!.reduce((sum, v, j) => sum + matrix[row * columns + j]! * v, 0);
          expect(Math.abs(image - value * found.left[k]![row]!)).toBeLessThan(1e-9);
        }
      });
    },
  );
});
