import { LuthierError } from "../../lib/errors";
import { type Kernel, kernelKey } from "../kernels/kernel";
import type { Gpu } from "./device";
import { assembleShader } from "./shaders";

/** Compiles each kernel once per device; equal kernels share a pipeline. */
export class PipelineCache {
  readonly #gpu: Gpu;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  get size(): number {
    return this.#pipelines.size;
  }

  /** The kernel's pipeline; compilation runs beside that of others. Errors carry the compiler's message. */
  get(kernel: Kernel): Promise<GPUComputePipeline> {
    const key = kernelKey(kernel);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(key, kernel);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  async #compile(key: string, kernel: Kernel): Promise<GPUComputePipeline> {
    const { device } = this.#gpu;
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label: key, code: assembleShader(kernel) });
    const moduleError = device.popErrorScope();
    const layout = device.createPipelineLayout({ bindGroupLayouts: [this.#layout(kernel)] });
    try {
      return await device.createComputePipelineAsync({
        label: key,
        layout,
        compute: { module, entryPoint: "main" },
      });
    } catch (cause) {
      const detail = (await moduleError)?.message ?? (cause instanceof Error ? cause.message : String(cause));
      throw new LuthierError(
        "gpu",
        `The kernel ${key} did not compile: ${detail}`,
        "This is a fault of Luthier or of the driver; report it with this message.",
        { cause },
      );
    }
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

/** WebGPU's flag values; Node has no such globals, so they are spelled out once here. */
const GPUShaderStageFlags = { COMPUTE: 4 } as const;
