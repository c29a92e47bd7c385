/** Householder reflection: x − factor · v (vᵀ x). */
interface Reflection {
  readonly vector: Float64Array;
  readonly factor: number;
}

/**
 * The first `rank` columns of Q in the QR decomposition of a matrix (rows, columns), as (rows, rank). Householder
 * reflections in float64 with LAPACK's signs (Golub & Van Loan, Matrix Computations, 5.2).
 */
export function firstOrthonormal(matrix: Float32Array, rows: number, rank: number): Float64Array {
  const columns = matrix.length / rows;
  const work = Array.from({ length: rank }, (_, j) =>
    Float64Array.from({ length: rows }, (__, row) => matrix[row * columns + j] ?? 0),
  );
  const reflections: Reflection[] = [];
  for (const [k, column] of work.entries()) {
    const reflection = reflectionOf(column, k);
    reflections.push(reflection);
    for (const later of work.slice(k + 1)) reflect(later, reflection);
  }
  const result = new Float64Array(rows * rank);
  for (let k = 0; k < rank; k++) {
    const unit = new Float64Array(rows);
    unit[k] = 1;
    for (const reflection of reflections.toReversed()) reflect(unit, reflection);
    for (let row = 0; row < rows; row++) result[row * rank + k] = unit[row] ?? 0;
  }
  return result;
}

/** Reflection that zeroes a column below row `start`. */
function reflectionOf(column: Float64Array, start: number): Reflection {
  const vector = new Float64Array(column.length);
  let below = 0;
  for (let i = start + 1; i < column.length; i++) below += (column[i] ?? 0) ** 2;
  const first = column[start] ?? 0;
  if (below === 0) return { vector, factor: 0 };
  const length = Math.sqrt(first ** 2 + below);
  const end = first >= 0 ? -length : length;
  for (let i = start + 1; i < column.length; i++) vector[i] = (column[i] ?? 0) / (first - end);
  vector[start] = 1;
  return { vector, factor: (end - first) / end };
}

function reflect(column: Float64Array, { vector, factor }: Reflection): void {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += (vector[i] ?? 0) * (column[i] ?? 0);
  for (let i = 0; i < column.length; i++) column[i] = (column[i] ?? 0) - factor * sum * (vector[i] ?? 0);
}
