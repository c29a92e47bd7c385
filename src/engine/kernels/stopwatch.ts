import type { Gpu } from "../gpu/device";
import type { Grid } from "../gpu/kernel";
import { readBytes } from "../gpu/readback";
import { BufferUsage } from "../gpu/usage";

/** Two u64 timestamps. */
const TIMESTAMPS_BYTES = 16;

/** Timestamp queries and their resolve buffer. */
interface Timestamps {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
}

/**
 * Times dispatches with timestamp queries where available, which excludes submission latency; otherwise by wall clock
 * from submit to completion.
 */
export class Stopwatch {
  readonly #gpu: Gpu;
  readonly #timestamps: Timestamps | null;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#timestamps = gpu.has("timestamp-query") ? makeTimestamps(gpu) : null;
  }

  /** Submits `count` identical dispatches, waits, and returns milliseconds per dispatch. */
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
    // Browsers quantise timestamps, and some drivers report zeros or non-monotonic values.
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
