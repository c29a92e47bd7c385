import { defined } from "../../../lib/invariant";
import type { Random } from "../common/method";

/** Top singular triplets of a matrix: matrix ≈ Σ values[k] · left[k] right[k]ᵀ. */
export interface SingularTriplets {
  readonly values: readonly number[];
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}

/** A vector has converged if its residual, relative to the largest eigenvalue, is below this. */
const CONVERGED = 1e-12;

/**
 * The `rank` largest singular triplets of a matrix (rows, columns) in float64: Lanczos on the Gram matrix with full
 * reorthogonalisation (Golub & Van Loan, Matrix Computations, 10.3), until all have converged to rounding error. The
 * number of products is bounded by the smaller dimension.
 */
export function topSingularTriplets(
  matrix: Float32Array,
  rows: number,
  rank: number,
  random: Random,
): SingularTriplets {
  const columns = matrix.length / rows;
  const wanted = Math.min(rank, rows, columns);
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const off: number[] = [];
  let next = unit(Float64Array.from({ length: columns }, () => random.normal()));
  for (let check = 2 * wanted + 8; ; check *= 2) {
    const size = Math.min(check, columns);
    while (basis.length < size) next = extend(matrix, rows, { basis, diagonal, off }, next, random);
    const { values, vectors } = tridiagonalEigen(diagonal, off.slice(0, -1));
    const order = values.map((_, index) => index).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
    const chosen = order.slice(0, wanted);
    const scale = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
    const rest = Math.abs(off.at(-1) ?? 0);
    const found = chosen.every(
      (index) => rest * Math.abs(defined(vectors[index], "vector")[size - 1] ?? 0) < CONVERGED * scale,
    );
    if (!found && size < columns) continue;
    return triplets(
      matrix,
      rows,
      basis,
      chosen.map((index) => defined(vectors[index], "vector")),
    );
  }
}

interface Lanczos {
  readonly basis: Float64Array[];
  readonly diagonal: number[];
  readonly off: number[];
}

/** One step: adds `vector` to the basis and returns the next direction. */
function extend(
  matrix: Float32Array,
  rows: number,
  { basis, diagonal, off }: Lanczos,
  vector: Float64Array,
  random: Random,
): Float64Array {
  basis.push(vector);
  const image = timesTransposed(matrix, rows, times(matrix, rows, vector));
  diagonal.push(dot(image, vector));
  // Two passes give orthogonality to rounding error.
  for (let pass = 0; pass < 2; pass++) for (const known of basis) subtract(image, known, dot(image, known));
  const length = Math.sqrt(dot(image, image));
  const isSpent = length < 1e-14 * Math.abs(diagonal[0] ?? 0) || length === 0;
  off.push(isSpent ? 0 : length);
  if (!isSpent || basis.length === vector.length) return unit(image);
  const fresh = Float64Array.from(vector, () => random.normal());
  for (let pass = 0; pass < 2; pass++) for (const known of basis) subtract(fresh, known, dot(fresh, known));
  return unit(fresh);
}

/** Right singular vectors from the basis; values and left vectors take one more product each. */
function triplets(
  matrix: Float32Array,
  rows: number,
  basis: readonly Float64Array[],
  chosen: readonly Float64Array[],
): SingularTriplets {
  const right = chosen.map((weights) => {
    const sum = new Float64Array(defined(basis[0], "basis").length);
    basis.forEach((vector, index) => subtract(sum, vector, -(weights[index] ?? 0)));
    return unit(sum);
  });
  const images = right.map((vector) => times(matrix, rows, vector));
  return { values: images.map((image) => Math.sqrt(dot(image, image))), left: images.map(unit), right };
}

/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the implicit QL method (Golub & Van Loan, 8.3).
 * `vectors[k]` belongs to `values[k]`.
 */
function tridiagonalEigen(
  diagonal: readonly number[],
  off: readonly number[],
): { values: number[]; vectors: Float64Array[] } {
  const size = diagonal.length;
  const d = Float64Array.from(diagonal);
  const e = new Float64Array(size);
  e.set(off);
  const vectors = Array.from({ length: size }, (_, k) => {
    const vector = new Float64Array(size);
    vector[k] = 1;
    return vector;
  });
  for (let first = 0; first < size; first++) {
    for (let last = smallOff(d, e, first); last > first; last = smallOff(d, e, first)) {
      sweep(d, e, vectors, first, last);
    }
  }
  return { values: [...d], vectors };
}

/** Index of the first negligible off-diagonal element from `start` on, where the matrix splits. */
function smallOff(d: Float64Array, e: Float64Array, start: number): number {
  for (let i = start; i < d.length - 1; i++) {
    const size = Math.abs(at(d, i)) + Math.abs(at(d, i + 1));
    if (Math.abs(at(e, i)) <= Number.EPSILON * size) return i;
  }
  return d.length - 1;
}

/** One implicit QL sweep with Wilkinson shift over rows `first` … `last`. */
function sweep(
  d: Float64Array,
  e: Float64Array,
  vectors: readonly Float64Array[],
  first: number,
  last: number,
): void {
  const half = (at(d, first + 1) - at(d, first)) / (2 * at(e, first));
  const root = Math.hypot(half, 1);
  let g = at(d, last) - at(d, first) + at(e, first) / (half + (half >= 0 ? root : -root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * at(e, i);
    const b = cosine * at(e, i);
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = at(d, i + 1) - shift;
      e[last] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    const rest = at(d, i + 1) - shift;
    const turned = (at(d, i) - rest) * sine + 2 * cosine * b;
    shift = sine * turned;
    d[i + 1] = rest + shift;
    g = cosine * turned - b;
    rotate(defined(vectors[i], "vector"), defined(vectors[i + 1], "vector"), sine, cosine);
  }
  d[first] = at(d, first) - shift;
  e[first] = g;
  e[last] = 0;
}

function rotate(low: Float64Array, high: Float64Array, sine: number, cosine: number): void {
  for (let k = 0; k < low.length; k++) {
    const [a, b] = [at(low, k), at(high, k)];
    high[k] = sine * a + cosine * b;
    low[k] = cosine * a - sine * b;
  }
}

const at = (array: Float64Array, index: number): number => array[index] ?? 0;

function times(matrix: Float32Array, rows: number, vector: Float64Array): Float64Array {
  const columns = vector.length;
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += (matrix[row * columns + j] ?? 0) * at(vector, j);
    result[row] = sum;
  }
  return result;
}

function timesTransposed(matrix: Float32Array, rows: number, vector: Float64Array): Float64Array {
  const columns = matrix.length / rows;
  const result = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const factor = at(vector, row);
    for (let j = 0; j < columns; j++) result[j] = at(result, j) + factor * (matrix[row * columns + j] ?? 0);
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i);
  return sum;
}

function subtract(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = at(target, i) - factor * at(vector, i);
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}
