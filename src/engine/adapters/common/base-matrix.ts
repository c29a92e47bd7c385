import type { LinearSpec } from "../../nn/model-spec";
import { transposed } from "../../weights/tensor-source";
import type { HostTensor, InitContext } from "./method";

type Matrix = Float32Array<ArrayBuffer>;

/** Reads a layer's frozen weight as (out, in), whatever its stored orientation. */
export async function baseMatrix(context: InitContext, layer: LinearSpec): Promise<Matrix> {
  const stored = await context.baseVector(`${layer.path}.weight`);
  return layer.conv1d ? transposed(stored, layer.inFeatures, layer.outFeatures) : stored;
}

/** L2 norm of each row. */
export function rowNorms(matrix: Matrix, rows: number): Matrix {
  const columns = matrix.length / rows;
  return Float32Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let j = row * columns; j < (row + 1) * columns; j++) sum += (matrix[j] ?? 0) ** 2;
    return Math.sqrt(sum);
  });
}

/** Applies `change` to a copy of the weight as (out, in); returns it in the stored orientation. */
export function updateWeight(
  layer: LinearSpec,
  { shape, data }: HostTensor,
  change: (matrix: Matrix) => void,
): HostTensor {
  const { inFeatures, outFeatures, conv1d } = layer;
  const matrix = conv1d ? transposed(data, inFeatures, outFeatures) : data.slice();
  change(matrix);
  return { shape, data: conv1d ? transposed(matrix, outFeatures, inFeatures) : matrix };
}

/** matrix += factor · left · right, in place: left (rows, rank), right (rank, columns). Accumulates in float64. */
export function addProduct(
  matrix: Matrix,
  left: Matrix,
  right: Matrix,
  { rows, rank, factor }: { readonly rows: number; readonly rank: number; readonly factor: number },
): void {
  const columns = matrix.length / rows;
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let k = 0; k < rank; k++) {
      const weight = factor * (left[row * rank + k] ?? 0);
      for (let j = 0; j < columns; j++) sums[j] = (sums[j] ?? 0) + weight * (right[k * columns + j] ?? 0);
    }
    for (let j = 0; j < columns; j++) {
      matrix[row * columns + j] = (matrix[row * columns + j] ?? 0) + (sums[j] ?? 0);
    }
  }
}

/** Scales each row in place. */
export function scaleRows(matrix: Matrix, factors: Matrix): void {
  const columns = matrix.length / factors.length;
  for (let i = 0; i < matrix.length; i++) {
    matrix[i] = (matrix[i] ?? 0) * (factors[Math.floor(i / columns)] ?? 0);
  }
}

/** Scales each column in place. */
export function scaleColumns(matrix: Matrix, factors: Matrix): void {
  for (let i = 0; i < matrix.length; i++) matrix[i] = (matrix[i] ?? 0) * (factors[i % factors.length] ?? 0);
}
