import type { KernelCall } from "../graph/op";
import { elementCount, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";

const zeroKernels = elementKernels({
  shader: "elementwise/zero",
  params: { count: "u32" },
  bindings: ["read_write"],
});

/** Zeroes `target`. */
export function zeroCall(target: Value): KernelCall {
  const elements = elementCount(target.type.shape);
  const { kernel, width } = zeroKernels.choose(elements);
  const count = elements / width;
  return { kernel, params: { count }, operands: [target], grid: elementGrid(count) };
}
