import type { Gpu } from "../../src/engine/gpu/device";
import type { PipelineCache } from "../../src/engine/gpu/pipelines";
import { readBytes } from "../../src/engine/gpu/readback";
import { BufferUsage, STORAGE } from "../../src/engine/gpu/usage";
import type { StorageKind } from "../../src/engine/graph/op";
import { packParams } from "../../src/engine/gpu/kernel";
import { type GemmShape, type GemmVariantId, gemmVariants } from "../../src/engine/kernels/matmul-variants";

/** A product under test: its matrices before they are stored, and how the result goes into C. */
export interface GemmCase extends GemmShape {
  readonly alpha: number;
  readonly accumulate: boolean;
  readonly a: Float32Array<ArrayBuffer>;
  readonly b: Float32Array<ArrayBuffer>;
  readonly c: Float32Array<ArrayBuffer>;
  /** B's bytes on the GPU, where the kind does not hold just any numbers. */
  readonly stored?: ArrayBuffer;
}

/** Numbers that f32, f16 and bf16 all hold exactly: eighths from -4 to 4. */
export function exactNumbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) % 65) / 8 - 4;
  });
}

/** C after the product, in float64; elements outside the result stay as they are. */
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

/** Runs one variant and reads all of C. */
export async function runGemm(
  gpu: Gpu,
  pipelines: PipelineCache,
  id: GemmVariantId,
  gemm: GemmCase,
): Promise<Float32Array> {
  const variant = gemmVariants[id];
  const kernel = variant.kernel(gemm);
  const params = packParams(kernel, {
    m: gemm.m,
    n: gemm.n,
    k: gemm.k,
    a_stride: gemm.aStride,
    b_stride: gemm.bStride,
    c_stride: gemm.cStride,
    c_offset: gemm.cOffset,
    alpha: gemm.alpha,
    accumulate: gemm.accumulate ? 1 : 0,
  });
  const uniform = BufferUsage.UNIFORM | BufferUsage.COPY_DST;
  const upload = (bytes: ArrayBuffer, usage: number): GPUBuffer => {
    const buffer = gpu.createBuffer("gemm", Math.max(16, bytes.byteLength), usage);
    gpu.device.queue.writeBuffer(buffer, 0, bytes);
    return buffer;
  };
  const c = upload(gemm.c.buffer, STORAGE);
  const b = upload(gemm.stored ?? storedAs(gemm.kind, gemm.b), STORAGE);
  const buffers = [upload(params, uniform), upload(gemm.a.buffer, STORAGE), b, c];
  const pipeline = await pipelines.get(kernel);
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const layout = pipeline.getBindGroupLayout(0);
  pass.setBindGroup(0, gpu.device.createBindGroup({ layout, entries }));
  pass.dispatchWorkgroups(...variant.grid(gemm));
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  const bytes = await readBytes(gpu, { buffer: c, offsetBytes: 0, sizeBytes: gemm.c.byteLength });
  for (const buffer of buffers) gpu.destroyBuffer(buffer);
  return new Float32Array(bytes);
}

/** Bytes of exactly representable numbers (or NaN) in a storage kind, padded to whole words. */
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
