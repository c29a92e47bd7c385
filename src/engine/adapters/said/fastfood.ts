import { fastfoodSize } from "../../ops/fastfood";
import { fastfoodKeys, fastfoodNormal, fastfoodPermutation, fastfoodSign } from "../../ops/fastfood-random";

/** In-place unnormalised Walsh–Hadamard transform of 2^n numbers. */
function walshHadamard(x: Float64Array): void {
  for (let half = 1; half < x.length; half *= 2) {
    for (let block = 0; block < x.length; block += 2 * half) {
      for (let i = block; i < block + half; i++) {
        const [low, high] = [x[i] ?? 0, x[i + half] ?? 0];
        x[i] = low + high;
        x[i + half] = low - high;
      }
    }
  }
}

/**
 * P v on the host in float64: the elements, in row-major order, of the matrix that `fastfoodLinear` multiplies with.
 *
 * @param elements size of the matrix
 */
export function projectVector(v: Float32Array, elements: number, seed: number): Float64Array {
  const { length, bits, alpha } = fastfoodSize(v.length, elements);
  const keys = fastfoodKeys(seed);
  const place = fastfoodPermutation(keys, bits);
  const signed = new Float64Array(length);
  v.forEach((value, i) => (signed[i] = value * fastfoodSign(keys, i)));
  walshHadamard(signed);
  const mixed = signed.map((_, i) => alpha * fastfoodNormal(keys, i) * (signed[place(i)] ?? 0));
  walshHadamard(mixed);
  return mixed.subarray(0, elements);
}
