import { create, globals } from "webgpu";
import { Gpu, type OpenOptions } from "../../src/engine/gpu/device";
import { asHardware } from "./as-hardware";
import { withGpuThreads } from "./software-gpu";

Object.assign(globalThis, globals);

/**
 * The software GPU compiles the zeroing of workgroup memory element by element, which is most of the time that
 * tests of tiled kernels take; our kernels write all that they read.
 */
const instance = create(["enable-dawn-features=vulkan_enable_f16_on_nvidia,disable_workgroup_init"]);
const nullInstance = create(["backend=null"]);

/** Dawn must outlive the process: its threads crash or stop a process that collects an instance first. */
Object.assign(globalThis, { luthierDawn: [instance, nullInstance] });

/**
 * Opens the GPU of this machine (or the software GPU) through Dawn in Node. With LUTHIER_KERNELS=gpu it passes
 * for a real GPU without subgroups, so that whole models run on the kernels that people's cards get.
 *
 * @param threads of the software GPU
 */
export async function openTestGpu(options: OpenOptions = {}, threads = 1): Promise<Gpu> {
  const gpu = process.env.LUTHIER_KERNELS === "gpu" ? asHardware(instance) : instance;
  return withGpuThreads(threads, () => Gpu.open(gpu, options));
}

/** A GPU object that compiles shaders and makes pipelines but computes nothing: no adapter is needed. */
export function createNullGpu(): GPU {
  return nullInstance;
}
