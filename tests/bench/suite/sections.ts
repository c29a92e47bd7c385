import type { GpuInfo, Gpu } from "../../../src/engine/gpu/device";
import { benchGemm, type GemmResult } from "./gemm";
import { makeJax, makeTfjs } from "./gemm-rivals";
import type { KernelCost } from "./profile";
import type { RivalTraining } from "./training-nanogpt";
import { benchTraining, profileTraining, type TrainingResult } from "./training";

/** The parts of the benchmark, wherever they run. Each opens its own device and closes it. */
export interface Sections {
  gpuInfo(): Promise<GpuInfo>;
  gemm(withRivals: boolean): Promise<GemmResult[]>;
  /** The rival brings a tfjs of its own, which shares globals with the other: not in the page of `gemm`. */
  training(withRival: boolean): Promise<TrainingResult>;
  /** Of one training step, the most expensive first. */
  profile(): Promise<KernelCost[]>;
}

/** @param trainRival the rival of `training`, null where it cannot run */
export function makeSections(
  open: () => Promise<Gpu>,
  trainRival: (() => Promise<RivalTraining>) | null,
): Sections {
  const withGpu = async <T>(task: (gpu: Gpu) => Promise<T>): Promise<T> => {
    const gpu = await open();
    try {
      return await task(gpu);
    } finally {
      gpu.close();
    }
  };
  return {
    gpuInfo: () => withGpu((gpu) => Promise.resolve(gpu.info)),
    gemm: (withRivals) =>
      withGpu(async (gpu) => benchGemm(gpu, withRivals ? [await makeJax(), await makeTfjs()] : [])),
    training: (withRival) => withGpu((gpu) => benchTraining(gpu, withRival ? trainRival : null)),
    profile: () => withGpu(profileTraining),
  };
}
