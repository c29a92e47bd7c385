/** PCG's output permutation (O'Neill 2014) as a 32-bit hash, identical to shaders/lib/pcg.wgsl; u32 in and out. */
export function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}
