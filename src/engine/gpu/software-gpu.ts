import { type Nudger } from "./nudge";
import { BufferUsage, MAP_MODE_READ } from "./usage";

/** What an adapter tells of itself; a browser may leave all names empty, and older ones lack the flag. */
export type AdapterSigns = Partial<
  Pick<GPUAdapterInfo, "vendor" | "architecture" | "device" | "description" | "isFallbackAdapter">
>;

const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** Whether an adapter computes on the processor, by its names and flag; null where it tells neither. */
export function softwareBySigns(signs: AdapterSigns): boolean | null {
  if (signs.isFallbackAdapter === true) return true;
  const names = [signs.vendor, signs.architecture, signs.device, signs.description].join(" ").trim();
  // A flag that is false settles nothing: a browser that hides names from trackers hides the flag in the same way.
  return names === "" ? null : SOFTWARE_NAMES.test(names);
}

/** Invocations of the probe's one workgroup: as many as every device takes. */
const LANES = 256;
/** Barriers of a run: enough for clocks that tick once a millisecond, and about 20 ms on a software GPU. */
const BARRIERS = 2048;
/** A loaded machine may hold up one run; all of them only where barriers are slow. */
const RUNS = 3;

/**
 * Microseconds a barrier from which an adapter counts as software. It is barriers that tell them apart and that its
 * kernels have to avoid: SwiftShader takes them by switching fibres for every four lanes, which is 10 µs here, while
 * hardware takes 50 to 500 cycles for waiting, storing and looping, under 1 µs even at 500 MHz. Arithmetic tells nothing:
 * a loop of plain multiply-adds does 10 to 20 GFLOP/s on two processor cores, as a small integrated GPU does, though
 * real kernels reach 0.4 to 3 there. One workgroup alone runs on one core, so that many cores look no faster. Lavapipe's
 * barriers are as quick as hardware's (0.25 µs); it is known by its name or flag.
 */
const SLOW_BARRIER_US = 3;

/** Whether barriers of that many microseconds are a software GPU's. */
export function softwareByBarrier(microseconds: number): boolean {
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
 * Times one barrier of a workgroup, in microseconds: the best of a few runs, of which the first one under the mark of a
 * software GPU is the last. Rejects when the device cannot run the probe.
 */
export async function measureBarrier(device: GPUDevice, nudger: Nudger): Promise<number> {
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
  /** Microseconds of a run for each barrier of a full one. */
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
    await nudger.hasten(staging.mapAsync(MAP_MODE_READ));
    staging.unmap();
    return (1000 * (performance.now() - started)) / BARRIERS;
  };
  try {
    // A pipeline's first use takes longer.
    await run(0);
    const best = { full: Infinity, empty: Infinity };
    for (let i = 0; i < RUNS && softwareByBarrier(best.full); i++) {
      best.full = Math.min(best.full, await run(BARRIERS));
      // The way there and back. One run held up would take too much off, so that the best of all counts.
      best.empty = Math.min(best.empty, await run(0));
    }
    return Math.max(0, best.full - best.empty);
  } finally {
    for (const buffer of [params, result, staging]) buffer.destroy();
  }
}

/** Whether an adapter computes on the processor: by what it tells, else by how its device takes barriers. */
export async function isSoftware(signs: AdapterSigns, device: GPUDevice, nudger: Nudger): Promise<boolean> {
  const told = softwareBySigns(signs);
  if (told !== null) return told;
  // What keeps the probe from running will be told by the first real work.
  return measureBarrier(device, nudger).then(softwareByBarrier, () => false);
}
