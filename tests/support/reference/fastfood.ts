import {
  fastfoodKeys,
  fastfoodNormal,
  fastfoodPermutation,
  fastfoodSign,
} from "../../../src/engine/ops/fastfood-random";

/** H x with H[i][j] = (−1)^popcount(i & j). */
function walshHadamard(x: Float64Array): Float64Array {
  const ones = (bits: number): number => (bits === 0 ? 0 : (bits & 1) + ones(bits >>> 1));
  const signs = Int8Array.from(x, (_, i) => (ones(i) % 2 === 0 ? 1 : -1));
  return x.map((_, i) => x.reduce((sum, value, j) => sum + signs[i & j]! * value, 0));
}

/** P v for a matrix of `elements` numbers in float64, by the paper's formula with a dense H. */
export function project(v: Float64Array, elements: number, seed: number): Float64Array {
  const bits = Math.max(1, Math.ceil(Math.log2(Math.max(v.length, elements))));
  const length = 2 ** bits;
  const keys = fastfoodKeys(seed);
  const place = fastfoodPermutation(keys, bits);
  const signed = Float64Array.from({ length }, (_, i) => (v[i] ?? 0) * fastfoodSign(keys, i));
  const turned = walshHadamard(signed);
  const mixed = turned.map((_, i) => turned[place(i)]! * fastfoodNormal(keys, i));
  // Every column of H G Π H B has squared norm L · ΣG², and Σ G² is L on average.
  const norm = Math.sqrt(length * length) * Math.sqrt(elements / length);
  return walshHadamard(mixed)
    .subarray(0, elements)
    .map((value) => value / norm);
}
