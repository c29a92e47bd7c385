import type { Gpu } from "../../src/engine/gpu/device";
import type { PipelineCache } from "../../src/engine/gpu/pipelines";
import { readBytes } from "../../src/engine/gpu/readback";
import { BufferUsage, STORAGE } from "../../src/engine/gpu/usage";
import { packParams } from "../../src/engine/gpu/kernel";
import type { KernelCall, Operand, StorageKind } from "../../src/engine/graph/op";
import { splitCall } from "../../src/engine/graph/split-call";
import { byteSize, f32, type TensorType, type Value } from "../../src/engine/graph/value";
import { type GemmProblem, gemmVariant } from "../../src/engine/kernels/matmul";
import type { GemmShape, GemmVariantId } from "../../src/engine/kernels/matmul-variants";

/** A product under test: its operands before encoding, and the layout of the result in C. */
export interface GemmCase extends GemmShape {
  readonly alpha: number;
  readonly accumulate: boolean;
  readonly a: Float32Array<ArrayBuffer>;
  readonly b: Float32Array<ArrayBuffer>;
  readonly c: Float32Array<ArrayBuffer>;
  /** B's GPU bytes, for kinds that cannot represent arbitrary numbers. */
  readonly stored?: ArrayBuffer;
}

/** Numbers exact in f32, f16 and bf16: eighths from -4 to 4. */
export function exactNumbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) % 65) / 8 - 4;
  });
}

/** C after the product, in float64; elements outside the result are unchanged. */
export function gemmReference(gemm: GemmCase): Float64Array {
  const { form, m, n, k, a, b, c, aStride, bStride, cStride, cOffset, alpha, accumulate } = gemm;
  const result = Float64Array.from(c);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        const left = form === "tn" ? a[p * aStride + i]! : a[i * aStride + p]!;
        sum += left * (form === "nt" ? b[j * bStride + p]! : b[p * bStride + j]!);
      }
      const at = cOffset + i * cStride + j;
      result[at] = alpha * sum + (accumulate ? c[at]! : 0);
    }
  }
  return result;
}

/** A product of dense matrices, as requested by planning. */
export function gemmProblem(shape: GemmShape): GemmProblem {
  const matrix = (name: string, rows: number, columns: number): Value => temporary(name, f32(rows, columns));
  const { m, n, k, kind } = shape;
  const weight = { name: "b", rows: n, columns: k, kind, shards: [{ rowStart: 0, rows: n }] };
  return {
    ...shape,
    alpha: 1,
    accumulate: false,
    operands: [matrix("a", m, k), { weight, shard: 0 }, matrix("c", m, n)],
  };
}

function temporary(name: string, type: TensorType): Value {
  const unused = { producer: null, viewOf: null, requiresGrad: false };
  return { id: 0, name, type, storage: "temp", ...unused };
}

/** A variant's calls in dispatches of at most `maxFlops`, and the buffers of their operands. */
export function variantCalls(
  gpu: Gpu,
  problem: GemmProblem,
  id: GemmVariantId,
  buffers: readonly [GPUBuffer, GPUBuffer, GPUBuffer],
  maxFlops?: number,
): { readonly calls: readonly KernelCall[]; bufferOf(operand: Operand): GPUBuffer; destroy(): void } {
  const known = new Map<Operand, GPUBuffer>();
  const made: GPUBuffer[] = [];
  const { calls } = gemmVariant(problem, id);
  const whole = calls((type) => {
    const value = temporary("scratch", type);
    const buffer = gpu.createBuffer("scratch", byteSize(type), STORAGE);
    made.push(buffer);
    known.set(value, buffer);
    return value;
  });
  problem.operands.forEach((operand, index) => known.set(operand, buffers[index]!));
  return {
    calls: whole.flatMap((call) => splitCall(call, maxFlops)),
    bufferOf: (operand) => known.get(operand)!,
    destroy: () => made.forEach((buffer) => gpu.destroyBuffer(buffer)),
  };
}

/** Runs one variant in dispatches of at most `maxFlops` and reads back C. */
export async function runGemm(
  gpu: Gpu,
  pipelines: PipelineCache,
  id: GemmVariantId,
  gemm: GemmCase,
  maxFlops = Infinity,
): Promise<Float32Array> {
  const uniform = BufferUsage.UNIFORM | BufferUsage.COPY_DST;
  const upload = (bytes: ArrayBuffer, usage: number): GPUBuffer => {
    const buffer = gpu.createBuffer("gemm", Math.max(16, bytes.byteLength), usage);
    gpu.device.queue.writeBuffer(buffer, 0, bytes);
    return buffer;
  };
  const c = upload(gemm.c.buffer, STORAGE);
  const b = upload(gemm.stored ?? storedAs(gemm.kind, gemm.b), STORAGE);
  const a = upload(gemm.a.buffer, STORAGE);
  const problem = { ...gemmProblem(gemm), ...gemm };
  const { calls, bufferOf, destroy } = variantCalls(gpu, problem, id, [a, b, c], maxFlops);
  const uniforms = calls.map((call) => upload(packParams(call.kernel, call.params), uniform));
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const [index, call] of calls.entries()) {
    const pipeline = await pipelines.get(call.kernel);
    const bound = [uniforms[index]!, ...call.operands.map(bufferOf)];
    const entries = bound.map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(...call.grid);
  }
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  const bytes = await readBytes(gpu, { buffer: c, offsetBytes: 0, sizeBytes: gemm.c.byteLength });
  destroy();
  for (const buffer of [...uniforms, a, b, c]) gpu.destroyBuffer(buffer);
  return new Float32Array(bytes);
}

/** Encodes exactly representable numbers (or NaN) in a storage kind, padded to whole words. */
export function storedAs(kind: StorageKind, values: Float32Array<ArrayBuffer>): ArrayBuffer {
  if (kind === "f32") return values.buffer;
  const bits = new Uint32Array(values.buffer);
  const halves = new Uint16Array(Math.ceil(values.length / 2) * 2);
  values.forEach((value, i) => {
    halves[i] = kind === "bf16" ? bits[i]! >>> 16 : halfBits(value, bits[i]!);
  });
  return halves.buffer;
}

function halfBits(value: number, bits: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  if (value === 0) return 0;
  return ((bits >>> 16) & 0x8000) | ((((bits >>> 23) & 0xff) - 112) << 10) | ((bits >>> 13) & 0x3ff);
}
