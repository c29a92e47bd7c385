import { type Kernel, kernelKey } from "../../src/engine/gpu/kernel";
import { ops } from "./ops";

/** All kernels of the engine in every variant; shape-specialised ones for one shape of each kind. */
export function allKernels(): readonly Kernel[] {
  const kernels = ops.flatMap(({ kernels }) => kernels);
  return [...new Map(kernels.map((kernel) => [kernelKey(kernel), kernel])).values()];
}
