import { type Kernel, kernelKey } from "../../src/engine/gpu/kernel";
import { ops } from "../../src/engine/ops/registry";

/** All kernels of the engine, in every variant; those compiled for a size at one size of each kind. */
export function allKernels(): readonly Kernel[] {
  const kernels = Object.values(ops).flatMap((op): readonly Kernel[] => op.kernels);
  return [...new Map(kernels.map((kernel) => [kernelKey(kernel), kernel])).values()];
}
