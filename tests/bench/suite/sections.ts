import type { Gpu, GpuInfo } from "../../../src/engine/gpu/device";
import { benchDecoding, type DecodingResult } from "./decoding";
import { benchGemm, type GemmResults } from "./gemm";
import { makeJax, makeTfjs } from "./gemm-rivals";
import type { KernelCost } from "./profile";
import type { Scope } from "./scope";
import type { TrainRival } from "./training-nanogpt";
import { benchTraining, profileTraining, type TrainingResult } from "./training";

export type { Scope } from "./scope";

/** The sections of the benchmark. Each opens and closes its own device. */
export interface Sections {
  gpuInfo(): Promise<GpuInfo>;
  gemm(scope: Scope): Promise<GemmResults>;
  /**
   * The rival bundles its own tfjs, which shares globals with the other one, so this must not run in the page of
   * `gemm`.
   */
  training(scope: Scope): Promise<TrainingResult>;
  /** Prefill and decoding, without rivals. */
  decoding(scope: Scope): Promise<DecodingResult>;
  /** Kernels of one training step, most expensive first. */
  profile(): Promise<KernelCost[]>;
}

/** @param trainRival the rival of `training` */
export function makeSections(open: () => Promise<Gpu>, trainRival: TrainRival): Sections {
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
    gemm: (scope) => withGpu((gpu) => benchGemm(gpu, { "jax-js": makeJax, tfjs: makeTfjs }, scope)),
    training: (scope) => withGpu((gpu) => benchTraining(gpu, trainRival, scope)),
    decoding: (scope) => withGpu((gpu) => benchDecoding(gpu, scope)),
    profile: () => withGpu(profileTraining),
  };
}
