import { pcg } from "../../lib/pcg";

/** Keys of the three random components of a Fastfood transform. */
export interface FastfoodKeys {
  readonly sign: number;
  readonly permutation: number;
  readonly normal: number;
}

/** Rounds of the permutation. */
const ROUNDS = 4;

/** Derives the keys from a u32 seed. */
export function fastfoodKeys(seed: number): FastfoodKeys {
  const key = (part: number): number => pcg((part ^ pcg(seed)) >>> 0);
  return { sign: key(0), permutation: key(1), normal: key(2) };
}

/** Shift of the permutation's xor-shift for 2^bits elements. */
export function permutationShift(bits: number): number {
  return Math.max(1, Math.ceil(bits / 2));
}

/** B(i) = ±1. These three functions match shaders/fastfood/*.wgsl. */
export function fastfoodSign({ sign }: FastfoodKeys, i: number): number {
  return pcg(i ^ sign) < 0x80000000 ? 1 : -1;
}

/** Xor word and odd multiplier of each round of the permutation. */
export function permutationRounds({
  permutation,
}: FastfoodKeys): { readonly word: number; readonly factor: number }[] {
  const words = Array.from({ length: ROUNDS }, (_, round) => pcg((permutation + round) >>> 0));
  return words.map((word) => ({ word, factor: (pcg(word) | 1) >>> 0 }));
}

/** Π: a permutation of 2^bits elements. */
export function fastfoodPermutation(keys: FastfoodKeys, bits: number): (i: number) => number {
  const mask = 2 ** bits - 1;
  const shift = permutationShift(bits);
  const rounds = permutationRounds(keys);
  return (i) => {
    let place = i;
    for (const { word, factor } of rounds) {
      place = (place ^ word) & mask;
      place = Math.imul(place, factor) & mask;
      place ^= place >>> shift;
    }
    return place;
  };
}

/** Coefficients of erf⁻¹(u) / u (Giles 2010), highest power first. */
const CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/** G(i): standard normal, by the inverse CDF of a hash. */
export function fastfoodNormal({ normal }: FastfoodKeys, i: number): number {
  const u = (2 * (pcg(i ^ normal) >>> 9) + 1) * 2 ** -23 - 1;
  const w = -Math.log((1 - u) * (1 + u));
  const polynomial = (terms: readonly number[], x: number): number =>
    terms.reduce((sum, term) => sum * x + term, 0);
  return Math.SQRT2 * u * (w < 5 ? polynomial(CENTRE, w - 2.5) : polynomial(TAIL, Math.sqrt(w) - 3));
}
