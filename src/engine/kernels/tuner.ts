import { LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import { sum } from "../../lib/numbers";
import type { Gpu } from "../gpu/device";
import { type Kernel, packParams } from "../gpu/kernel";
import { KernelError, type PipelineCache } from "../gpu/pipelines";
import { BufferUsage, STORAGE } from "../gpu/usage";
import type { KernelCall, Operand, Tuning, TuningProblem } from "../graph/op";
import { MAX_DISPATCH_FLOPS, splitCall } from "../graph/split-call";
import { Stopwatch } from "./stopwatch";
import { operandBytes, trialsOf } from "./trials";

/** Problems with less work (see {@link TuningProblem.work}) use the default: a poor choice would not be noticeable. */
const MIN_WORK = { gpu: 1e6, software: 2e7 } as const;
/** Target duration of a timed submit, long enough for the clock to separate variants. */
const TIMED_MS = 10;
const MAX_REPEATS = 64;
/** Time budget of a measurement, largest problems first; the rest use defaults. */
export const TUNING_MS = 3000;

/** Longest dispatch where the speed is known: as long as a submit (gpu/pace.ts). */
const DISPATCH_MS = 50;
/** Kernels slower than the fastest by far must not be cut into too many parts. */
const LEAST_DISPATCH_FLOPS = 1e9;
/** 1 ms at 100 TFLOP/s. A clock that runs slow must not make dispatches endless. */
const MOST_DISPATCH_FLOPS = 1e11;

/** Most FLOPs of a dispatch at a speed, 0 if unknown: parts of few workgroups would leave a fast GPU's units idle. */
export function dispatchFlops(flopsPerMs: number): number {
  if (flopsPerMs === 0) return MAX_DISPATCH_FLOPS;
  return Math.min(MOST_DISPATCH_FLOPS, Math.max(LEAST_DISPATCH_FLOPS, DISPATCH_MS * flopsPerMs));
}

/** A choice is void when a variant is added, or found not to compile. */
function storedKey({ key, variants }: TuningProblem): string {
  return `${key}: ${variants.map(({ id }) => id).join(", ")}`;
}

/**
 * Chooses kernel variants by timing them on the actual GPU: planning requests choices, `measure` times the unknown
 * ones, and replanning uses the results. Independent of specific kernels. Choices can be persisted.
 */
export class Tuner implements Tuning {
  readonly software: boolean;
  readonly #gpu: Gpu;
  readonly #pipelines: PipelineCache;
  readonly #choices: Map<string, string>;
  readonly #wanted = new Map<string, TuningProblem>();
  #flopsPerMs: number;

  /**
   * @param known choices of an earlier visit
   * @param flopsPerMs the speed measured then
   */
  constructor(
    gpu: Gpu,
    pipelines: PipelineCache,
    known: Readonly<Record<string, string>> = {},
    flopsPerMs = 0,
  ) {
    this.software = gpu.info.software;
    this.#gpu = gpu;
    this.#pipelines = pipelines;
    this.#choices = new Map(Object.entries(known));
    this.#flopsPerMs = flopsPerMs;
  }

  /** The highest speed measured, in FLOPs per millisecond; 0 if none was. */
  get flopsPerMs(): number {
    return this.#flopsPerMs;
  }

  get maxDispatchFlops(): number {
    return this.software ? MAX_DISPATCH_FLOPS : dispatchFlops(this.#flopsPerMs);
  }

  /** All measured choices, for persistence. */
  get choices(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#choices);
  }

  has(feature: GPUFeatureName): boolean {
    return this.#gpu.has(feature);
  }

  isBroken(kernel: Kernel): boolean {
    return this.#pipelines.isBroken(kernel);
  }

  choice(problem: TuningProblem): string | null {
    const key = storedKey(problem);
    const known = this.#choices.get(key);
    if (known === undefined) this.#wanted.set(key, problem);
    return known ?? null;
  }

  /** Times the problems requested since the last call; true if any new choice was made. Errors: the device is lost. */
  async measure(budgetMs = TUNING_MS): Promise<boolean> {
    const least = this.software ? MIN_WORK.software : MIN_WORK.gpu;
    const problems = [...this.#wanted.values()]
      .filter((problem) => problem.work >= least && problem.variants.length > 1 && this.#fits(problem))
      .sort((a, b) => b.work - a.work);
    this.#wanted.clear();
    if (problems.length === 0) return false;
    const stopwatch = new Stopwatch(this.#gpu);
    const started = performance.now();
    let found = false;
    try {
      for (const problem of problems) {
        if (performance.now() - started > budgetMs) break;
        const { id: fastest, flopsPerMs } = await this.#fastest(problem, stopwatch);
        this.#flopsPerMs = Math.max(this.#flopsPerMs, flopsPerMs);
        // Planning will ask without the variants that turned out not to compile.
        const variants = problem.variants.filter(
          ({ kernels }) => !kernels.some((kernel) => this.isBroken(kernel)),
        );
        if (fastest) this.#choices.set(storedKey({ ...problem, variants }), fastest);
        found ||= fastest !== null;
      }
    } finally {
      stopwatch.destroy();
    }
    return found;
  }

  /** Whether every operand fits a binding. */
  #fits({ variants }: TuningProblem): boolean {
    const { maxBindingBytes, maxBufferBytes } = this.#gpu.info;
    const most = Math.min(maxBindingBytes, maxBufferBytes);
    return trialsOf(variants).every(({ calls }) =>
      calls.every(({ operands }) => operands.every((operand) => operandBytes(operand) <= most)),
    );
  }

  /** The fastest variant and its speed; null if the GPU refuses the buffers or a command, or none compiles. */
  async #fastest(
    problem: TuningProblem,
    stopwatch: Stopwatch,
  ): Promise<{ readonly id: string | null; readonly flopsPerMs: number }> {
    const buffers = new Map<Operand, GPUBuffer>();
    const trials = trialsOf(problem.variants);
    try {
      await this.#gpu.allocating({ kind: "tuning" }, () => {
        for (const operand of trials.flatMap(({ calls }) => calls.flatMap(({ operands }) => operands)))
          if (!buffers.has(operand))
            buffers.set(operand, this.#gpu.createBuffer("tuning", operandBytes(operand), STORAGE));
      });
      const operands = trials[0]?.calls[0]?.operands ?? [];
      for (const [index, words] of Object.entries(problem.contents ?? {})) {
        const buffer = buffers.get(defined(operands[Number(index)], "an operand with contents"));
        if (buffer) this.#gpu.device.queue.writeBuffer(buffer, 0, repeated(words, buffer.size));
      }
      let best: { id: string | null; ms: number; flops: number } = { id: null, ms: Infinity, flops: 0 };
      for (const { id, calls } of trials) {
        let ms = 0;
        for (const call of calls) ms += await this.#time(call, buffers, stopwatch);
        if (ms < best.ms) best = { id, ms, flops: sum(calls.map(({ flops = 0 }) => flops)) };
      }
      return { id: best.id, flopsPerMs: best.flops / best.ms };
    } catch (error) {
      if (error instanceof LuthierError && error.code !== "device-lost") return { id: null, flopsPerMs: 0 };
      throw error;
    } finally {
      for (const buffer of buffers.values()) this.#gpu.destroyBuffer(buffer);
    }
  }

  /**
   * Milliseconds of a call, as many times its first part's if it is split: the better of two timed submits after a
   * warm-up. Infinity if the kernel does not compile.
   */
  async #time(
    whole: KernelCall,
    buffers: ReadonlyMap<Operand, GPUBuffer>,
    stopwatch: Stopwatch,
  ): Promise<number> {
    const parts = splitCall(whole);
    const [call = whole] = parts;
    const pipeline = await this.#pipelines.get(call.kernel).catch((error: unknown) => {
      if (error instanceof KernelError) return null;
      throw error;
    });
    if (!pipeline) return Infinity;
    const packed = packParams(call.kernel, call.params);
    const usage = BufferUsage.UNIFORM | BufferUsage.COPY_DST;
    const uniforms = this.#gpu.createBuffer("tuning.params", packed.byteLength, usage);
    try {
      const { device } = this.#gpu;
      device.queue.writeBuffer(uniforms, 0, packed);
      const bound = call.operands.map((operand) => defined(buffers.get(operand), "a buffer"));
      const entries = [uniforms, ...bound].map((buffer, binding) => ({ binding, resource: { buffer } }));
      const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
      const submit = (count: number): Promise<number> =>
        stopwatch.time(pipeline, bindGroup, call.grid, count);
      await submit(1);
      const repeats = Math.max(1, Math.min(MAX_REPEATS, Math.round(TIMED_MS / (await submit(1)))));
      return parts.length * Math.min(await submit(repeats), await submit(repeats));
    } finally {
      this.#gpu.destroyBuffer(uniforms);
    }
  }
}

/** `words` repeated to fill `sizeBytes`. */
function repeated(words: readonly number[], sizeBytes: number): Uint32Array<ArrayBuffer> {
  const values = new Uint32Array(sizeBytes / 4);
  for (let index = 0; index < values.length; index++) values[index] = words[index % words.length] ?? 0;
  return values;
}
