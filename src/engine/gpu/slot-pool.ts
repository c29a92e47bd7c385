import { sum } from "../../lib/numbers";
import type { Gpu } from "./device";
import { STORAGE } from "./usage";

/**
 * Buffers shared by programs that never run concurrently. Slots are matched by size rank; each buffer is as large as
 * the largest program needs.
 */
export class SlotPool {
  readonly #gpu: Gpu;
  readonly #buffers: GPUBuffer[];
  /** Total bytes of the pool. */
  readonly sizeBytes: number;

  constructor(gpu: Gpu, programs: readonly (readonly number[])[]) {
    this.#gpu = gpu;
    const sizes = pooledSizes(programs);
    this.sizeBytes = sum(sizes);
    this.#buffers = sizes.map((size, index) => gpu.createBuffer(`slots.${index}`, size, STORAGE));
  }

  /** The buffer for each slot of a program, in slot order. */
  buffersFor(slotBytes: readonly number[]): GPUBuffer[] {
    const result: GPUBuffer[] = [];
    bySizeDescending(slotBytes).forEach((slot, rank) => {
      result[slot] = this.#buffers[rank] as GPUBuffer;
    });
    return result;
  }

  destroy(): void {
    for (const buffer of this.#buffers) this.#gpu.destroyBuffer(buffer);
  }
}

/** Size of each shared buffer, largest first. */
export function pooledSizes(programs: readonly (readonly number[])[]): number[] {
  const sizes: number[] = [];
  for (const slotBytes of programs) {
    bySizeDescending(slotBytes).forEach((slot, rank) => {
      sizes[rank] = Math.max(sizes[rank] ?? 0, slotBytes[slot] ?? 0);
    });
  }
  return sizes;
}

function bySizeDescending(slotBytes: readonly number[]): number[] {
  const size = (slot: number): number => slotBytes[slot] ?? 0;
  return slotBytes.map((_, slot) => slot).sort((a, b) => size(b) - size(a));
}
