/** A seeded random number generator; equal seeds give equal sequences on every machine. */
export interface Rng {
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number;
  /** An integer in [0, below). */
  integer(below: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Shuffles in place (Fisher–Yates). */
  shuffle<T extends { readonly length: number; [index: number]: unknown }>(items: T): T;
}

/**
 * Creates a generator (xoshiro128**, Blackman and Vigna 2018) from one or more seeds, of which the low 32 bits are
 * used. Independent streams of a run take a second seed: `makeRng(seed, epoch)`.
 */
export function makeRng(...seeds: number[]): Rng {
  const next = xoshiro128(seeds);
  const uniform = (): number => next() / 2 ** 32;
  const integer = (below: number): number => Math.floor(uniform() * below);
  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    // 1 − u is in (0, 1], so that the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return {
    uniform,
    integer,
    normal,
    shuffle(items) {
      const swap: { [index: number]: unknown } = items;
      for (let i = items.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = swap[i];
        swap[i] = swap[j];
        swap[j] = held;
      }
      return items;
    },
  };
}

/** The raw 32-bit generator, seeded through SplitMix32 so that similar seeds give unrelated states. */
function xoshiro128(seeds: readonly number[]): () => number {
  let mixed = 0x9e3779b9;
  const splitMix = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  for (const seed of seeds) mixed = splitMix() ^ (seed >>> 0);
  let a = splitMix();
  let b = splitMix();
  let c = splitMix();
  let d = splitMix() | 1; // never all zero, where the generator would stay
  const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}
