import { LuthierError } from "../../lib/errors";
import type { Gpu } from "../gpu/device";
import { type Kernel, packParams } from "../gpu/kernel";
import { KernelError, type PipelineCache } from "../gpu/pipelines";
import { BufferUsage, STORAGE } from "../gpu/usage";
import type { KernelCall, Operand, Tuning, TuningProblem } from "../graph/op";
import { splitCall } from "../graph/split-call";
import { byteSize } from "../graph/value";
import { kindBytes } from "../weights/storage-layout";
import { Stopwatch } from "./stopwatch";

/** Problems with less work (see {@link TuningProblem.work}) use the default: a poor choice would not be noticeable. */
const MIN_WORK = { gpu: 1e6, software: 2e7 } as const;
/** Target duration of a timed submit, long enough for the clock to separate variants. */
const TIMED_MS = 10;
const MAX_REPEATS = 64;
/** Time budget of a measurement, largest problems first; the rest use defaults. */
const BUDGET_MS = 3000;

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

  constructor(gpu: Gpu, pipelines: PipelineCache, known: Readonly<Record<string, string>> = {}) {
    this.software = gpu.info.software;
    this.#gpu = gpu;
    this.#pipelines = pipelines;
    this.#choices = new Map(Object.entries(known));
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
    const known = this.#choices.get(problem.key);
    if (known === undefined) this.#wanted.set(problem.key, problem);
    return known ?? null;
  }

  /** Times the problems requested since the last call; true if any new choice was made. */
  async measure(): Promise<boolean> {
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
        if (performance.now() - started > BUDGET_MS) break;
        const fastest = await this.#fastest(problem, stopwatch);
        if (fastest) this.#choices.set(problem.key, fastest);
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
    return variants.every(({ call }) => call.operands.every((operand) => operandBytes(operand) <= most));
  }

  /** Id of the fastest variant; null if buffers cannot be allocated or none compiles. */
  async #fastest(problem: TuningProblem, stopwatch: Stopwatch): Promise<string | null> {
    const buffers: GPUBuffer[] = [];
    try {
      await this.#gpu.allocating({ kind: "tuning" }, () => {
        for (const operand of problem.variants[0]?.call.operands ?? [])
          buffers.push(this.#gpu.createBuffer("tuning", operandBytes(operand), STORAGE));
      });
      for (const [index, words] of Object.entries(problem.contents ?? {})) {
        const buffer = buffers[Number(index)];
        if (buffer) this.#gpu.device.queue.writeBuffer(buffer, 0, repeated(words, buffer.size));
      }
      let best: { id: string | null; ms: number } = { id: null, ms: Infinity };
      for (const { id, call } of problem.variants) {
        const ms = await this.#time(call, buffers, stopwatch);
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
   * Milliseconds per dispatch of a variant (of its first part, if split): the better of two timed submits after a
   * warm-up. Infinity if the kernel does not compile.
   */
  async #time(whole: KernelCall, buffers: readonly GPUBuffer[], stopwatch: Stopwatch): Promise<number> {
    const [call = whole] = splitCall(whole);
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
      const entries = [uniforms, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } }));
      const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
      const submit = (count: number): Promise<number> =>
        stopwatch.time(pipeline, bindGroup, call.grid, count);
      await submit(1);
      const repeats = Math.max(1, Math.min(MAX_REPEATS, Math.round(TIMED_MS / (await submit(1)))));
      return Math.min(await submit(repeats), await submit(repeats));
    } finally {
      this.#gpu.destroyBuffer(uniforms);
    }
  }
}

/** Size of an operand on the GPU. */
function operandBytes(operand: Operand): number {
  if ("weight" in operand) {
    const { weight, shard } = operand;
    return kindBytes(weight.kind, (weight.shards[shard]?.rows ?? weight.rows) * weight.columns);
  }
  return "value" in operand ? operand.count * 4 : byteSize(operand.type);
}

/** `words` repeated to fill `sizeBytes`. */
function repeated(words: readonly number[], sizeBytes: number): Uint32Array<ArrayBuffer> {
  const values = new Uint32Array(sizeBytes / 4);
  for (let index = 0; index < values.length; index++) values[index] = words[index % words.length] ?? 0;
  return values;
}
