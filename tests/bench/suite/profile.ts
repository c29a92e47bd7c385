import { BufferUsage, MAP_MODE_READ } from "../../../src/engine/gpu/usage";

/** GPU time of all dispatches of one kernel with one grid. */
export interface KernelCost {
  /** Op, shader with its includes and constants, and workgroups. */
  readonly kernel: string;
  readonly dispatches: number;
  readonly elapsedMs: number;
}

/** Dispatches of a query set: WebGPU limits it to 4096 queries. */
const SET_DISPATCHES = 2048;
const QUERY_BUFFER = { QUERY_RESOLVE: 0x0200 };

/**
 * Times every dispatch that `task` submits, giving each its own pass with timestamps. Throws if the device has no
 * timestamp queries.
 */
export async function profileKernels(device: GPUDevice, task: () => Promise<unknown>): Promise<KernelCost[]> {
  const querySets: GPUQuerySet[] = [];
  const labels: string[] = [];
  const create = device.createCommandEncoder;
  device.createCommandEncoder = (descriptor) => {
    const encoder = create.call(device, descriptor);
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = () =>
      timedPass(begin, labels, (index) => {
        const set = Math.floor(index / SET_DISPATCHES);
        return (querySets[set] ??= device.createQuerySet({ type: "timestamp", count: 2 * SET_DISPATCHES }));
      });
    return encoder;
  };
  try {
    await task();
  } finally {
    device.createCommandEncoder = create;
  }
  const times: number[] = [];
  for (const querySet of querySets) {
    const count = Math.min(SET_DISPATCHES, labels.length - times.length);
    times.push(...(await readTimes(device, querySet, count)));
    querySet.destroy();
  }
  return sumByKernel(labels, times);
}

/** A substitute for a compute pass that begins a timed pass for each dispatch. */
function timedPass(
  begin: (descriptor: GPUComputePassDescriptor) => GPUComputePassEncoder,
  labels: string[],
  querySetOf: (dispatch: number) => GPUQuerySet,
): GPUComputePassEncoder {
  let pipeline: GPUComputePipeline;
  let group: GPUBindGroup;
  const pass = {
    setPipeline: (next: GPUComputePipeline) => void (pipeline = next),
    setBindGroup: (_: number, next: GPUBindGroup) => void (group = next),
    dispatchWorkgroups: (x: number, y: number, z: number) => {
      const op = group.label.replace(/_\d+$/, "");
      const label = `${op}: ${pipeline.label} [${x}, ${y}, ${z}]`;
      const dispatch = labels.push(label) - 1;
      const first = 2 * (dispatch % SET_DISPATCHES);
      const timestampWrites = {
        querySet: querySetOf(dispatch),
        beginningOfPassWriteIndex: first,
        endOfPassWriteIndex: first + 1,
      };
      const real = begin({ timestampWrites });
      real.setPipeline(pipeline);
      real.setBindGroup(0, group);
      real.dispatchWorkgroups(x, y, z);
      real.end();
    },
    end: () => undefined,
  };
  return pass as unknown as GPUComputePassEncoder;
}

/** Milliseconds between the two timestamps of each dispatch. */
async function readTimes(device: GPUDevice, querySet: GPUQuerySet, count: number): Promise<number[]> {
  const size = 16 * count;
  const usage = QUERY_BUFFER.QUERY_RESOLVE | BufferUsage.COPY_SRC;
  const resolved = device.createBuffer({ size, usage });
  const staging = device.createBuffer({ size, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.resolveQuerySet(querySet, 0, 2 * count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(MAP_MODE_READ);
  const stamps = new BigInt64Array(staging.getMappedRange().slice(0));
  staging.destroy();
  resolved.destroy();
  return Array.from({ length: count }, (_, i) => Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e6);
}

function sumByKernel(labels: readonly string[], times: readonly number[]): KernelCost[] {
  const costs = new Map<string, { dispatches: number; elapsedMs: number }>();
  labels.forEach((kernel, index) => {
    const { dispatches, elapsedMs } = costs.get(kernel) ?? { dispatches: 0, elapsedMs: 0 };
    costs.set(kernel, { dispatches: dispatches + 1, elapsedMs: elapsedMs + times[index]! });
  });
  return [...costs].map(([kernel, cost]) => ({ kernel, ...cost })).sort((a, b) => b.elapsedMs - a.elapsedMs);
}
