import type { Gpu } from "../../../src/engine/gpu/device";
import { STORAGE } from "../../../src/engine/gpu/usage";
import { Stopwatch } from "../../../src/engine/kernels/stopwatch";

/** What a device can do at most, as far as WebGPU lets it. */
export interface Peaks {
  /** FLOP/s of a loop of independent multiply-adds, by number format. */
  readonly f32: number;
  readonly f16: number | null;
  /** Bytes read and written per second by a copy. */
  readonly copy: number;
}

/** Independent accumulators of an invocation, each a vec4, which hide the latency of multiply-adds. */
const ACCUMULATORS = 8;
const LANES = 256;

function fmaShader(type: "f32" | "f16"): string {
  const names = Array.from({ length: ACCUMULATORS }, (_, index) => `s${index}`);
  return `${type === "f16" ? "enable f16;\n" : ""}
@group(0) @binding(0) var<uniform> params: vec4<u32>;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let x = vec4<${type}>(${type}(f32(id.x % 7u) * 0.01 + 0.5));
  let y = vec4<${type}>(${type}(f32(id.x % 5u) * 0.01));
  ${names.map((name, index) => `var ${name} = vec4<${type}>(${type}(${index}));`).join("\n  ")}
  for (var i = 0u; i < params.x; i++) {
    ${names.map((name) => `${name} = fma(${name}, x, y);`).join("\n    ")}
  }
  result[id.x] = f32(dot(${names.join(" + ")}, vec4<${type}>(1)));
}`;
}

const COPY = `
@group(0) @binding(0) var<uniform> params: vec4<u32>;
@group(0) @binding(1) var<storage, read_write> to: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> source: array<vec4<f32>>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = id.x; i < params.x; i += groups.x * ${LANES}u) {
    to[i] = source[i];
  }
}`;

/** Runs long enough that launching does not count. */
const WANTED_MS = 20;

/** Measures the device's peaks: best of several runs, each grown until it takes long enough. */
export async function measurePeaks(gpu: Gpu, isSmall: boolean): Promise<Peaks> {
  const most = isSmall ? 2 ** 22 : Math.min(2 ** 28, gpu.info.maxBindingBytes, gpu.info.maxBufferBytes);
  const groups = isSmall ? 8 : 8192;
  const perLoop = groups * LANES * ACCUMULATORS * 4 * 2;
  const fma = async (type: "f32" | "f16"): Promise<number> => {
    const bytes = [4 * groups * LANES];
    const { value, ms } = await grow(gpu, fmaShader(type), groups, 16, 2 ** 14, bytes);
    return (1000 * perLoop * value) / ms;
  };
  const copied = await grow(gpu, COPY, isSmall ? 8 : 4096, most / 64, most / 16, [most, most]);
  return {
    f32: await fma("f32"),
    f16: gpu.has("shader-f16") ? await fma("f16") : null,
    copy: (1000 * 32 * copied.value) / copied.ms,
  };
}

/** Doubles the shader's loop count from `first` to at most `last` until a run takes long enough. */
async function grow(
  gpu: Gpu,
  code: string,
  groups: number,
  first: number,
  last: number,
  bufferBytes: readonly number[],
): Promise<{ value: number; ms: number }> {
  const { device } = gpu;
  const compute = { module: device.createShaderModule({ code }), entryPoint: "main" };
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute });
  const params = gpu.createBuffer("peaks.params", 16, 0x40 | 0x8);
  const buffers = bufferBytes.map((bytes) => gpu.createBuffer("peaks", bytes, STORAGE));
  const entries = [params, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const stopwatch = new Stopwatch(gpu);
  const run = async (count: number): Promise<number> => {
    device.queue.writeBuffer(params, 0, Uint32Array.of(count, 0, 0, 0));
    return stopwatch.time(pipeline, bindGroup, [groups, 1, 1], 1);
  };
  try {
    await run(first);
    let value = first;
    let ms = await run(value);
    while (ms < WANTED_MS && value < last) {
      value = Math.min(last, value * 2);
      ms = await run(value);
    }
    for (let i = 0; i < 4; i++) ms = Math.min(ms, await run(value));
    return { value, ms };
  } finally {
    stopwatch.destroy();
    for (const buffer of [params, ...buffers]) gpu.destroyBuffer(buffer);
  }
}
