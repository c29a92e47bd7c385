import type { Op } from "../graph/op";
import { elementCount, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";
import { matrixShape, requireShape } from "./shapes";
import { sumRows } from "./sum-rows";

const addBiasKernels = elementKernels({
  shader: "elementwise/add_bias",
  params: { count: "u32", columns: "u32" },
  bindings: ["read", "read", "read_write"],
});

/** y = x + b, broadcast along the last dimension: x (…, N), b (N) -> (…, N). */
export const addBias: Op<Record<never, never>> = {
  name: "addBias",
  infer: ([x, b]) => {
    const type = x as TensorType;
    requireShape("addBias", "the bias", b, [matrixShape(type).columns]);
    return [type];
  },
  vjp: ({ graph, gradOutputs: [dy], needs }) => {
    if (!dy) return [null, null];
    return [needs[0] ? dy : null, needs[1] ? graph.apply(sumRows, [dy], {}) : null];
  },
  lower: ({ inputs, outputs, dispatch }) => {
    const { type } = outputs[0] as Value;
    const { columns } = matrixShape(type);
    const { kernel, width } = addBiasKernels.choose(columns);
    const count = elementCount(type.shape) / width;
    dispatch({
      kernel,
      params: { count, columns: columns / width },
      operands: [...inputs, ...outputs],
      grid: elementGrid(count),
    });
  },
};
