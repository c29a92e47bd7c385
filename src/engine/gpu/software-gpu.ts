import { type QueuePoller } from "./queue-poller";
import { BufferUsage, MAP_MODE_READ } from "./usage";

/** Adapter info fields; browsers may blank all names, and older ones lack the flag. */
export type AdapterInfo = Partial<
  Pick<GPUAdapterInfo, "vendor" | "architecture" | "device" | "description" | "isFallbackAdapter">
>;

const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** Classifies an adapter by its names and fallback flag; null if they are inconclusive. */
export function classifyAdapter(info: AdapterInfo): boolean | null {
  if (info.isFallbackAdapter === true) return true;
  const names = [info.vendor, info.architecture, info.device, info.description].join(" ").trim();
  // A false flag proves nothing: browsers that mask names to prevent fingerprinting mask the flag too.
  return names === "" ? null : SOFTWARE_NAMES.test(names);
}

/** Workgroup size of the probe: WebGPU's guaranteed minimum limit. */
const LANES = 256;
/** Barriers per run: measurable with a 1 ms clock, about 20 ms on a software GPU. */
const BARRIERS = 2048;
/** Runs: one may be delayed by load; all are only used where barriers are slow. */
const RUNS = 3;

/**
 * Barrier cost, in microseconds, from which an adapter counts as software. Barriers are what separates the two and what
 * software kernels must avoid: SwiftShader implements them by switching fibres per four lanes (10 µs here), whereas
 * hardware takes 50 to 500 cycles including the loop and store, below 1 µs even at 500 MHz. Arithmetic does not
 * separate them: a multiply-add loop reaches 10 to 20 GFLOP/s on two CPU cores, like a small integrated GPU, although
 * real kernels reach 0.4 to 3 there. A single workgroup runs on one core, so core count does not matter. Lavapipe's
 * barriers are as fast as hardware's (0.25 µs); it is recognised by name or flag.
 */
const SLOW_BARRIER_US = 3;

/** Whether a barrier of this cost indicates a software GPU. */
export function isSoftwareBarrier(microseconds: number): boolean {
  return microseconds >= SLOW_BARRIER_US;
}

const PROBE = /* wgsl */ `
@group(0) @binding(0) var<uniform> params: vec4u;
@group(0) @binding(1) var<storage, read_write> result: array<u32>;
var<workgroup> total: u32;

@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32) {
  for (var turn = 0u; turn < params.x; turn++) {
    if (lane == turn % ${LANES}u) {
      total += lane;
    }
    workgroupBarrier();
  }
  if (lane == 0u) {
    result[0] = total;
  }
}
`;

/**
 * Measures the cost of a workgroup barrier in microseconds: best of several runs, stopping at the first below the
 * software threshold. Rejects when the device cannot run the probe.
 */
export async function measureBarrier(device: GPUDevice, poller: QueuePoller): Promise<number> {
  const pipeline = await device.createComputePipelineAsync({
    label: "barrier probe",
    layout: "auto",
    compute: { module: device.createShaderModule({ label: "barrier probe", code: PROBE }) },
  });
  const make = (usage: number): GPUBuffer => device.createBuffer({ size: 16, usage });
  const params = make(BufferUsage.UNIFORM | BufferUsage.COPY_DST);
  const result = make(BufferUsage.STORAGE | BufferUsage.COPY_SRC);
  const staging = make(BufferUsage.MAP_READ | BufferUsage.COPY_DST);
  const entries = [params, result].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  /** Duration of a run in microseconds, divided by {@link BARRIERS}. */
  const run = async (barriers: number): Promise<number> => {
    device.queue.writeBuffer(params, 0, Uint32Array.of(barriers, 0, 0, 0));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(result, 0, staging, 0, 16);
    const commands = encoder.finish();
    const started = performance.now();
    device.queue.submit([commands]);
    await poller.awaitWork(staging.mapAsync(MAP_MODE_READ));
    staging.unmap();
    return (1000 * (performance.now() - started)) / BARRIERS;
  };
  try {
    // Warm up: a pipeline's first use is slower.
    await run(0);
    const best = { full: Infinity, empty: Infinity };
    for (let i = 0; i < RUNS && isSoftwareBarrier(best.full); i++) {
      best.full = Math.min(best.full, await run(BARRIERS));
      // Round-trip overhead. Take the minimum: one delayed run would subtract too much.
      best.empty = Math.min(best.empty, await run(0));
    }
    return Math.max(0, best.full - best.empty);
  } finally {
    for (const buffer of [params, result, staging]) buffer.destroy();
  }
}

/** Whether an adapter is a software GPU: by its info, else by measuring a barrier. */
export async function isSoftware(
  info: AdapterInfo,
  device: GPUDevice,
  poller: QueuePoller,
): Promise<boolean> {
  const known = classifyAdapter(info);
  if (known !== null) return known;
  // If the probe cannot run, the first real work will report why.
  return measureBarrier(device, poller).then(isSoftwareBarrier, () => false);
}
