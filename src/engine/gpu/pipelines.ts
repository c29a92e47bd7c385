import { LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { CompileFault } from "../../lib/problems/engine-problems";
import { type Kernel, kernelKey } from "./kernel";
import { type Gpu, popErrorScope } from "./device";
import { assembleShader } from "./shaders";

/**
 * A persistent log of compilations, since compiling a kernel may crash the device or the whole tab. Kernels are
 * identified by {@link kernelKey}.
 */
export interface CompileJournal {
  /** Kernels that crashed the device when compiled alone; never retried. */
  readonly fatal: ReadonlySet<string>;
  /** Kernels that were being compiled together when the device crashed; compiled one at a time to find the culprit. */
  readonly suspects: ReadonlySet<string>;
  /** Durably records that compilation is about to start. Never rejects. */
  begin(keys: readonly string[]): Promise<void>;
  /** Records that the device survived. Never rejects. */
  end(keys: readonly string[]): Promise<void>;
}

/** A kernel that fails to compile on this device. */
export class KernelError extends LuthierError {
  readonly key: string;

  constructor(key: string, fault: CompileFault, options?: ErrorOptions) {
    super({ code: "gpu/kernel-not-compiled", kernel: key, fault }, options);
    this.key = key;
  }
}

/** Pipeline creation may reject before `device.lost` resolves: how long to wait for the loss. */
const LOSS_MS = 250;

/** Compiles each kernel once per device; equal keys share a pipeline. */
export class PipelineCache {
  readonly #gpu: Gpu;
  readonly #journal: CompileJournal | null;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #broken = new Set<string>();

  /** Called for each kernel that fails to compile. */
  onBroken: (error: KernelError) => void = () => undefined;

  constructor(gpu: Gpu, journal: CompileJournal | null = null) {
    this.#gpu = gpu;
    this.#journal = journal;
  }

  /** Number of kernels that failed to compile. */
  get brokenCount(): number {
    return this.#broken.size;
  }

  /** Whether a kernel has already failed to compile on this device. */
  isBroken(kernel: Kernel): boolean {
    return this.#broken.has(kernelKey(kernel));
  }

  /** The kernel's pipeline. Errors: {@link KernelError} with the compiler's message. */
  async get(kernel: Kernel): Promise<GPUComputePipeline> {
    const [pipeline] = await this.getAll([kernel]);
    return defined(pipeline, "pipeline");
  }

  /**
   * Returns pipelines in the order of `kernels`, compiling missing ones in parallel. Errors: the first {@link
   * KernelError}, after all have settled.
   */
  async getAll(kernels: readonly Kernel[]): Promise<GPUComputePipeline[]> {
    const fresh = new Map(kernels.map((kernel) => [kernelKey(kernel), kernel]));
    for (const key of this.#pipelines.keys()) fresh.delete(key);
    this.#compileAll(fresh);
    const outcomes = await Promise.allSettled(
      kernels.map((kernel) => this.#pipelines.get(kernelKey(kernel))),
    );
    return outcomes.map((outcome) => {
      if (outcome.status === "rejected") throw outcome.reason;
      return defined(outcome.value, "pipeline");
    });
  }

  /** Adds a promise to the cache for each kernel: all in parallel, then suspects one at a time. */
  #compileAll(fresh: ReadonlyMap<string, Kernel>): void {
    const isSuspect = (key: string): boolean => this.#journal?.suspects.has(key) === true;
    const entries = [...fresh];
    const together = entries.filter(([key]) => !isSuspect(key));
    const alone = entries.filter(([key]) => isSuspect(key)).map((entry) => [entry]);
    let before: Promise<unknown> = Promise.resolve();
    for (const group of [together, ...alone].filter(({ length }) => length > 0)) {
      const keys = group.map(([key]) => key);
      const begun = before.then(() => this.#journal?.begin(keys));
      const compiling = group.map(([key, kernel]) => {
        const pipeline = begun.then(() => this.#compile(key, kernel));
        this.#pipelines.set(key, pipeline);
        return pipeline;
      });
      before = Promise.allSettled(compiling).then(async () => {
        if (this.#journal && !(await this.#isLost())) await this.#journal.end(keys);
      });
    }
  }

  async #compile(key: string, kernel: Kernel): Promise<GPUComputePipeline> {
    if (this.#journal?.fatal.has(key)) {
      throw this.#markBroken(key, { kind: "took-gpu-down" });
    }
    const { device } = this.#gpu;
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label: key, code: assembleShader(kernel) });
    const moduleError = popErrorScope(device);
    const layout = device.createPipelineLayout({ bindGroupLayouts: [this.#layout(kernel)] });
    try {
      const compute = { module, entryPoint: "main" };
      return await device.createComputePipelineAsync({ label: key, layout, compute });
    } catch (cause) {
      if (await this.#isLost()) this.#gpu.check();
      const message =
        (await moduleError)?.message ?? (cause instanceof Error ? cause.message : String(cause));
      throw this.#markBroken(key, { kind: "refused", message }, { cause });
    }
  }

  /** Records a kernel as broken and returns the error to throw. */
  #markBroken(key: string, fault: CompileFault, options?: ErrorOptions): KernelError {
    const error = new KernelError(key, fault, options);
    this.#broken.add(key);
    this.onBroken(error);
    return error;
  }

  /** Whether the device is lost or about to be: pipelines settle before the loss is reported. */
  #isLost(): Promise<boolean> {
    return Promise.race([
      this.#gpu.lost.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), LOSS_MS)),
    ]);
  }

  #layout(kernel: Kernel): GPUBindGroupLayout {
    const visibility = GPUShaderStageFlags.COMPUTE;
    const params: GPUBindGroupLayoutEntry = { binding: 0, visibility, buffer: { type: "uniform" } };
    const buffers = kernel.bindings.map((access, index): GPUBindGroupLayoutEntry => {
      const type = access === "read" ? "read-only-storage" : "storage";
      return { binding: index + 1, visibility, buffer: { type } };
    });
    return this.#gpu.device.createBindGroupLayout({ entries: [params, ...buffers] });
  }
}

/**
 * Calls `build` until it succeeds or fails for another reason than a newly broken kernel: replanning avoids broken
 * kernels. `build` must replan each time and clean up on failure.
 */
export async function retryWithoutBroken<T>(pipelines: PipelineCache, build: () => Promise<T>): Promise<T> {
  for (;;) {
    const known = pipelines.brokenCount;
    try {
      return await build();
    } catch (error) {
      if (!(error instanceof KernelError) || pipelines.brokenCount === known) throw error;
    }
  }
}

/** WebGPU flag values; Node lacks the globals. */
const GPUShaderStageFlags = { COMPUTE: 4 } as const;
