import type { Gpu } from "../../../src/engine/gpu/device";
import { packParams } from "../../../src/engine/gpu/kernel";
import { KernelError, type PipelineCache } from "../../../src/engine/gpu/pipelines";
import { readBytes } from "../../../src/engine/gpu/readback";
import { BufferUsage, STORAGE } from "../../../src/engine/gpu/usage";
import type { KernelCall, Operand, StorageKind } from "../../../src/engine/graph/op";
import { gemmCandidates } from "../../../src/engine/kernels/matmul";
import type { GemmForm, GemmShape, GemmVariantId } from "../../../src/engine/kernels/matmul-variants";
import { Stopwatch } from "../../../src/engine/kernels/stopwatch";
import { kindBytes } from "../../../src/engine/weights/storage-layout";
import { relativeError } from "../../support/errors";
import { exactNumbers, gemmProblem, variantCalls } from "../../support/gemm";
import { fixedTuning } from "../../support/run-graph";
import { storedNumbers } from "../../support/stored-numbers";

/** A product to measure: m×n×k in a form, with B stored in a kind. */
export interface Product {
  readonly form: GemmForm;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly kind: StorageKind;
}

/** Milliseconds of each variant, or why it was not timed. */
export interface ProductFigures {
  readonly flops: number;
  readonly variants: Readonly<Record<string, { readonly ms: number; readonly error: number } | string>>;
  readonly skipped?: string;
}

const KINDS: readonly StorageKind[] = ["f32", "f16", "nf4", "q4_k"];

/**
 * Shapes of Qwen2.5-0.5B: a layer's forward and backward pass over 2048 tokens, the head's logits and its gradient of
 * the hidden state for 64 tokens, and LoRA's products of rank 8.
 */
const SHAPES: readonly (readonly [GemmForm, m: number, n: number, k: number])[] = [
  ["nt", 2048, 4864, 896],
  ["nn", 2048, 4864, 896],
  ["nt", 64, 151936, 896],
  ["nn", 64, 896, 74880],
  ["tn", 8, 896, 2048],
  ["nt", 2048, 8, 896],
  ["nt", 1, 4864, 896],
];

const SMALL_SHAPES: typeof SHAPES = [
  ["nt", 64, 128, 256],
  ["nn", 64, 128, 256],
  ["tn", 8, 128, 64],
  ["nt", 64, 8, 256],
  ["nt", 1, 128, 256],
];

/** All products to measure. Gradients (`tn`) only exist in f32. */
export function products(isSmall: boolean): readonly Product[] {
  return (isSmall ? SMALL_SHAPES : SHAPES).flatMap(([form, m, n, k]) =>
    (form === "tn" ? KINDS.slice(0, 1) : KINDS).map((kind) => ({ form, m, n, k, kind })),
  );
}

/** Stored rows after which B repeats: numbers for hundreds of megabytes would take minutes to make. */
const PERIOD = 64;
/** Compared elements. */
const SAMPLES = 64;
const TOLERANCE = 1e-4;
/** Milliseconds of a variant's timed runs. */
const WANTED_MS = 30;

/** Times every variant of a product and compares samples of each result with float64. */
export async function measureProduct(
  gpu: Gpu,
  pipelines: PipelineCache,
  product: Product,
): Promise<ProductFigures> {
  const { form, m, n, k, kind } = product;
  const shape: GemmShape = {
    ...product,
    ...{ aStride: form === "tn" ? m : k, bStride: form === "nt" ? k : n, cStride: n, cOffset: 0 },
  };
  const flops = 2 * m * n * k;
  const [rows, columns] = form === "nt" ? [n, k] : [k, n];
  const bytes = { a: 4 * m * k, b: kindBytes(kind, rows * columns), c: 4 * m * n };
  const { maxBindingBytes, maxBufferBytes } = gpu.info;
  if (Math.max(...Object.values(bytes)) > Math.min(maxBindingBytes, maxBufferBytes))
    return { flops, variants: {}, skipped: "exceeds a binding" };
  const a = exactNumbers(m * k, 1);
  const period = Math.min(rows, PERIOD);
  const b = storedNumbers(kind, period * columns, 2);
  const buffers: GPUBuffer[] = [];
  const stopwatch = new Stopwatch(gpu);
  try {
    await gpu.allocating({ kind: "tuning" }, () => {
      for (const [label, size] of Object.entries(bytes)) buffers.push(gpu.createBuffer(label, size, STORAGE));
    });
    const [bufferA, bufferB, bufferC] = buffers as [GPUBuffer, GPUBuffer, GPUBuffer];
    gpu.device.queue.writeBuffer(bufferA, 0, a);
    const each = kindBytes(kind, period * columns);
    for (let at = 0; at < bytes.b; at += each)
      gpu.device.queue.writeBuffer(bufferB, at, b.bytes, 0, Math.min(each, bytes.b - at));
    const expected = samples(product, a, b.values);
    const check = async (): Promise<number> => {
      const got = new Float32Array(
        await readBytes(gpu, { buffer: bufferC, offsetBytes: 0, sizeBytes: bytes.c }),
      );
      return relativeError(
        expected.map(({ at }) => got[at] ?? NaN),
        expected.map(({ value }) => value),
      );
    };
    const variants: Record<string, { ms: number; error: number } | string> = {};
    const candidates: readonly GemmVariantId[] = gemmCandidates(shape, fixedTuning(gpu));
    for (const id of candidates) {
      const run = variantCalls(gpu, { ...gemmProblem(shape), ...shape }, id, [bufferA, bufferB, bufferC]);
      gpu.device.queue.writeBuffer(bufferC, 0, new Float32Array(m * n));
      try {
        const ms = await timeCalls(gpu, pipelines, stopwatch, run.calls, run.bufferOf);
        const error = await check();
        variants[id] = error <= TOLERANCE ? { ms, error } : `off by ${error} relative`;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        variants[id] = error.message;
      } finally {
        run.destroy();
      }
    }
    return { flops, variants };
  } finally {
    stopwatch.destroy();
    for (const buffer of buffers) gpu.destroyBuffer(buffer);
  }
}

/** Milliseconds of a product that may be several dispatches: the best of three. */
async function timeCalls(
  gpu: Gpu,
  pipelines: PipelineCache,
  stopwatch: Stopwatch,
  calls: readonly KernelCall[],
  bufferOf: (operand: Operand) => GPUBuffer,
): Promise<number> {
  const { device } = gpu;
  let total = 0;
  for (const call of calls) {
    const pipeline = await pipelines.get(call.kernel);
    const packed = packParams(call.kernel, call.params);
    const uniforms = gpu.createBuffer(
      "params",
      packed.byteLength,
      BufferUsage.UNIFORM | BufferUsage.COPY_DST,
    );
    try {
      device.queue.writeBuffer(uniforms, 0, packed);
      const bound = [uniforms, ...call.operands.map(bufferOf)];
      const entries = bound.map((buffer, binding) => ({ binding, resource: { buffer } }));
      const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
      const run = (count: number): Promise<number> => stopwatch.time(pipeline, bindGroup, call.grid, count);
      await run(1);
      const first = await run(1);
      const count = Math.max(1, Math.min(50, Math.round(WANTED_MS / calls.length / first)));
      total += first > 1000 ? first : Math.min(await run(count), await run(count), await run(count));
    } finally {
      gpu.destroyBuffer(uniforms);
    }
  }
  return total;
}

/** Elements of C in float64, spread over rows and columns. */
function samples(
  { form, m, n, k }: Product,
  a: Float32Array,
  b: Float32Array,
): { at: number; value: number }[] {
  const columns = form === "nt" ? k : n;
  const period = b.length / columns;
  return Array.from({ length: SAMPLES }, (_, index) => {
    const row = (index * 37) % m;
    const column = Math.floor((index * (n - 1)) / (SAMPLES - 1));
    let value = 0;
    for (let p = 0; p < k; p++) {
      const left = form === "tn" ? a[p * m + row] : a[row * k + p];
      const right = form === "nt" ? b[(column % period) * k + p] : b[(p % period) * n + column];
      value += (left ?? NaN) * (right ?? NaN);
    }
    return { at: row * n + column, value };
  });
}
