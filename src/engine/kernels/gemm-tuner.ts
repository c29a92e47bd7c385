import { LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { Gpu } from "../gpu/device";
import { KernelError, type PipelineCache } from "../gpu/pipelines";
import { BufferUsage, STORAGE } from "../gpu/usage";
import type { StorageKind, Tuning } from "../graph/op";
import { kindBytes } from "../weights/storage-layout";
import { type Grid, type Kernel, packParams } from "../gpu/kernel";
import { gemmCall, gemmCandidates, type GemmProblem, gemmProblemKey } from "./matmul";
import type { GemmForm, GemmShape } from "./matmul-variants";

/** Products with less work than this take the default: a wrong choice costs nothing that shows. */
const MIN_FLOPS = 2e7;
/** A timed submit repeats the dispatch for about this long, so that the clock can tell variants apart. */
const TIMED_MS = 10;
const MAX_REPEATS = 64;
/** Measuring stops here; what is left takes the default. */
const BUDGET_MS = 3000;

/**
 * Chooses matmul variants by timing them once on the GPU at hand: planning asks for shapes, `measure` times those
 * that are new, and planning again uses what was found. Choices can be kept and given back later.
 */
export class GemmTuner implements Tuning {
  readonly software: boolean;
  readonly #gpu: Gpu;
  readonly #pipelines: PipelineCache;
  readonly #choices: Map<string, string>;
  readonly #wanted = new Set<string>();

  constructor(gpu: Gpu, pipelines: PipelineCache, known: Readonly<Record<string, string>> = {}) {
    this.software = gpu.info.software;
    this.#gpu = gpu;
    this.#pipelines = pipelines;
    this.#choices = new Map(Object.entries(known));
  }

  /** What was measured so far, to keep. */
  get choices(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#choices);
  }

  has(feature: GPUFeatureName): boolean {
    return this.#gpu.has(feature);
  }

  isBroken(kernel: Kernel): boolean {
    return this.#pipelines.isBroken(kernel);
  }

  choice(problem: string): string | null {
    const known = this.#choices.get(problem);
    if (known === undefined) this.#wanted.add(problem);
    return known ?? null;
  }

  /** Times the shapes that were asked for and not known; true when there is something new. */
  async measure(): Promise<boolean> {
    const shapes = [...this.#wanted]
      .flatMap((key) => parseKey(key) ?? [])
      .filter((shape) => isWorthTiming(shape, this) && this.#fits(shape));
    this.#wanted.clear();
    const started = performance.now();
    let found = false;
    for (const shape of shapes) {
      if (performance.now() - started > BUDGET_MS) break;
      const fastest = await this.#fastest(shape);
      if (fastest) this.#choices.set(gemmProblemKey(shape), fastest);
      found ||= fastest !== null;
    }
    return found;
  }

  /** Whether the matrices of a product, lying densely, can be bound one by one. */
  #fits(shape: GemmShape): boolean {
    const { maxBindingBytes, maxBufferBytes } = this.#gpu.info;
    return operandBytes(shape).every((bytes) => bytes <= Math.min(maxBindingBytes, maxBufferBytes));
  }

  /** The id of the fastest variant; null where there is no room to try or none compiles. */
  async #fastest(shape: GemmShape): Promise<string | null> {
    const buffers: GPUBuffer[] = [];
    try {
      await this.#gpu.allocating("tuning", () => {
        for (const bytes of operandBytes(shape))
          buffers.push(this.#gpu.createBuffer("tuning", bytes, STORAGE));
      });
      let best: { id: string | null; ms: number } = { id: null, ms: Infinity };
      for (const id of gemmCandidates(shape, this)) {
        const ms = await this.#time(shape, id, buffers);
        if (ms < best.ms) best = { id, ms };
      }
      return best.id;
    } catch (error) {
      if (error instanceof LuthierError && error.code === "out-of-memory") return null;
      throw error;
    } finally {
      for (const buffer of buffers) this.#gpu.destroyBuffer(buffer);
    }
  }

  /**
   * Milliseconds of one dispatch of a variant: the better of two submits after one that warms up; infinitely many where
   * its kernel does not compile.
   */
  async #time(shape: GemmShape, id: string, buffers: readonly GPUBuffer[]): Promise<number> {
    const { kernel, params, grid } = gemmCall(unplaced(shape), this.#fixed(id));
    const pipeline = await this.#pipelines.get(kernel).catch((error: unknown) => {
      if (error instanceof KernelError) return null;
      throw error;
    });
    if (!pipeline) return Infinity;
    const packed = packParams(kernel, params);
    const usage = BufferUsage.UNIFORM | BufferUsage.COPY_DST;
    const uniforms = this.#gpu.createBuffer("tuning params", packed.byteLength, usage);
    try {
      this.#gpu.device.queue.writeBuffer(uniforms, 0, packed);
      const submit = this.#submitter(pipeline, [uniforms, ...buffers], grid);
      await submit(1);
      const repeats = Math.max(1, Math.min(MAX_REPEATS, Math.round(TIMED_MS / (await submit(1)))));
      return Math.min(await submit(repeats), await submit(repeats));
    } finally {
      this.#gpu.destroyBuffer(uniforms);
    }
  }

  /** A function that submits so many dispatches, waits for them, and gives back the milliseconds of one. */
  #submitter(
    pipeline: GPUComputePipeline,
    buffers: readonly GPUBuffer[],
    grid: Grid,
  ): (count: number) => Promise<number> {
    const { device } = this.#gpu;
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return async (count) => {
      const started = performance.now();
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      for (let i = 0; i < count; i++) pass.dispatchWorkgroups(...grid);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await this.#gpu.settle();
      return (performance.now() - started) / count;
    };
  }

  /** This GPU with one variant forced. */
  #fixed(id: string): Tuning {
    return { software: this.software, has: (feature) => this.has(feature), choice: () => id };
  }
}

/** Bytes of A, B and C as they lie on the GPU. */
function operandBytes({ m, n, k, kind }: GemmShape): readonly [number, number, number] {
  return [m * k * 4, kindBytes(kind, n * k), m * n * 4];
}

function flopsOf({ m, n, k }: GemmShape): number {
  return 2 * m * n * k;
}

function isWorthTiming(shape: GemmShape, tuning: Tuning): boolean {
  return flopsOf(shape) >= MIN_FLOPS && gemmCandidates(shape, tuning).length > 1;
}

/** A product with no buffers: enough to ask for kernel, params and grid. */
function unplaced(shape: GemmShape): GemmProblem {
  const none = { weight: { name: "", rows: 0, columns: 0, kind: shape.kind, shards: [] }, shard: 0 };
  return {
    ...shape,
    cStride: shape.n,
    cOffset: 0,
    alpha: 1,
    accumulate: false,
    operands: [none, none, none],
  };
}

/** The shape that a problem key names, its matrices lying densely. */
function parseKey(key: string): GemmShape | null {
  const match = /^gemm (nt|nn|tn) (\w+) (\d+)x(\d+)x(\d+)$/.exec(key);
  if (!match) return null;
  const [, form, kind, ...sizes] = match;
  const [m, n, k] = sizes.map(Number) as [number, number, number];
  const shape = {
    form: defined(form, "form") as GemmForm,
    kind: defined(kind, "kind") as StorageKind,
    m,
    n,
    k,
  };
  return { ...shape, aStride: form === "tn" ? m : k, bStride: form === "nt" ? k : n, cStride: n, cOffset: 0 };
}
