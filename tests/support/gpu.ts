import { create, globals } from "webgpu";
import { Gpu, type OpenOptions } from "../../src/engine/gpu/device";
import { asHardware } from "./as-hardware";
import { onHardwareKernels } from "./cases";
import { withGpuThreads } from "./software-gpu";

Object.assign(globalThis, globals);

/**
 * The software GPU compiles zero-initialisation of workgroup memory element by element, which dominates the time of
 * tests of tiled kernels. Our kernels write all that they read.
 */
const instance = create(["enable-dawn-features=vulkan_enable_f16_on_nvidia,disable_workgroup_init"]);
const nullInstance = create(["backend=null"]);

/** Keep Dawn alive until exit: collecting an instance earlier makes its threads crash or hang the process. */
Object.assign(globalThis, { luthierDawn: [instance, nullInstance] });

/**
 * Opens this machine's GPU (or the software GPU) through Dawn in Node. With LUTHIER_KERNELS=gpu it passes as a hardware
 * GPU without subgroups, so that whole models run on hardware kernels.
 *
 * @param threads of the software GPU
 */
export async function openTestGpu(options: OpenOptions = {}, threads = 1): Promise<Gpu> {
  const gpu = onHardwareKernels ? asHardware(instance) : instance;
  return withGpuThreads(threads, () => Gpu.open(gpu, options));
}

let shared: Promise<Gpu> | null = null;

/**
 * The GPU that test files of a worker share, with all that has been compiled on it (`pipelinesOf`): compiling takes a
 * software GPU most of the time of these tests. Not for tests that lose, close or fill their GPU. Stays open.
 */
export function sharedTestGpu(): Promise<Gpu> {
  shared ??= openTestGpu();
  return shared;
}

/** A null-backend GPU, which compiles shaders and pipelines but executes nothing and needs no adapter. */
export function createNullGpu(): GPU {
  return nullInstance;
}
