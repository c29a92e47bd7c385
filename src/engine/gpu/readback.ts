import { LuthierError } from "../../lib/errors";
import type { Gpu } from "./device";
import { BufferUsage, MAP_MODE_READ } from "./usage";

/** A range of a GPU buffer to read. */
export interface ReadRange {
  readonly buffer: GPUBuffer;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Reads a range back to the host. For one-off reads; loops use {@link ReadbackRing}. */
export async function readBytes(gpu: Gpu, range: ReadRange): Promise<ArrayBuffer> {
  const ring = new ReadbackRing(gpu, range.sizeBytes, 1);
  try {
    return await ring.read(range);
  } finally {
    ring.destroy();
  }
}

/** A ring of staging buffers for reads in a loop: a read can be pending while later steps are submitted. */
export class ReadbackRing {
  readonly #gpu: Gpu;
  readonly #free: GPUBuffer[];
  readonly #all: readonly GPUBuffer[];
  readonly #waiting: ((buffer: GPUBuffer) => void)[] = [];

  constructor(gpu: Gpu, sizeBytes: number, depth: number) {
    this.#gpu = gpu;
    this.#all = Array.from({ length: depth }, (_, index) =>
      gpu.createBuffer(`readback.${index}`, sizeBytes, BufferUsage.MAP_READ | BufferUsage.COPY_DST),
    );
    this.#free = [...this.#all];
  }

  /** Enqueues the copy and resolves with the bytes when it has completed. */
  async read(range: ReadRange): Promise<ArrayBuffer> {
    const staging =
      this.#free.pop() ?? (await new Promise<GPUBuffer>((resolve) => this.#waiting.push(resolve)));
    const { device } = this.#gpu;
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(range.buffer, range.offsetBytes, staging, 0, range.sizeBytes);
    device.queue.submit([encoder.finish()]);
    try {
      await this.#map(staging, range.sizeBytes);
      const bytes = staging.getMappedRange(0, range.sizeBytes).slice(0);
      staging.unmap();
      return bytes;
    } finally {
      const next = this.#waiting.shift();
      if (next) next(staging);
      else this.#free.push(staging);
    }
  }

  destroy(): void {
    for (const buffer of this.#all) this.#gpu.destroyBuffer(buffer);
  }

  async #map(staging: GPUBuffer, sizeBytes: number): Promise<void> {
    try {
      await this.#gpu.awaitWork(staging.mapAsync(MAP_MODE_READ, 0, sizeBytes));
    } catch (cause) {
      this.#gpu.check();
      throw new LuthierError({ code: "gpu/no-result" }, { cause });
    }
    this.#gpu.check();
  }
}
