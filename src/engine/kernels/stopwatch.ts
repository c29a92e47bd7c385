import type { Gpu } from "../gpu/device";
import type { Grid } from "../gpu/kernel";
import { readBytes } from "../gpu/readback";
import { BufferUsage } from "../gpu/usage";

/** Two readings in nanoseconds. */
const TIMESTAMPS_BYTES = 16;

/** The GPU's own clock and where its readings go. */
interface Timestamps {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
}

/**
 * Times dispatches: with the GPU's own timestamps where it has them, which leave out submitting and waiting; else from the
 * submit to the moment when all is done.
 */
export class Stopwatch {
  readonly #gpu: Gpu;
  readonly #timestamps: Timestamps | null;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#timestamps = gpu.has("timestamp-query") ? makeTimestamps(gpu) : null;
  }

  /** Submits `count` equal dispatches, waits for them, and gives back the milliseconds of one. */
  async time(
    pipeline: GPUComputePipeline,
    bindGroup: GPUBindGroup,
    grid: Grid,
    count: number,
  ): Promise<number> {
    const { device } = this.#gpu;
    const started = performance.now();
    const encoder = device.createCommandEncoder();
    const querySet = this.#timestamps?.queries;
    const pass = encoder.beginComputePass(
      querySet && { timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } },
    );
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    for (let i = 0; i < count; i++) pass.dispatchWorkgroups(...grid);
    pass.end();
    if (this.#timestamps) {
      const { queries, resolved } = this.#timestamps;
      encoder.resolveQuerySet(queries, 0, 2, resolved, 0);
    }
    device.queue.submit([encoder.finish()]);
    await this.#gpu.settle();
    const elapsed = performance.now() - started;
    const byClock = this.#timestamps ? await this.#readMilliseconds(this.#timestamps) : 0;
    // Browsers round timestamps, and some drivers give zeros or let them run backwards.
    return (byClock > 0 && byClock <= elapsed ? byClock : elapsed) / count;
  }

  destroy(): void {
    if (!this.#timestamps) return;
    this.#timestamps.queries.destroy();
    this.#gpu.destroyBuffer(this.#timestamps.resolved);
  }

  async #readMilliseconds({ resolved }: Timestamps): Promise<number> {
    const range = { buffer: resolved, offsetBytes: 0, sizeBytes: TIMESTAMPS_BYTES };
    const [begin = 0n, end = 0n] = new BigUint64Array(await readBytes(this.#gpu, range));
    return Number(end - begin) / 1e6;
  }
}

function makeTimestamps(gpu: Gpu): Timestamps {
  const usage = BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC;
  return {
    queries: gpu.device.createQuerySet({ type: "timestamp", count: 2 }),
    resolved: gpu.createBuffer("timestamps", TIMESTAMPS_BYTES, usage),
  };
}
