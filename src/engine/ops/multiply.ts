import type { LowerContext, Op } from "../graph/op";
import { elementCount, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";
import { matrixShape, requireShape } from "./shapes";
import { sumRows } from "./sum-rows";

type NoAttrs = Record<never, never>;

const multiplyKernels = elementKernels({
  shader: "elementwise/multiply",
  params: { count: "u32", period: "u32" },
  bindings: ["read", "read", "read_write"],
});

function lowerProduct({ inputs, outputs, dispatch }: LowerContext<NoAttrs>): void {
  const [a, b] = inputs as [Value, Value];
  const elements = elementCount(a.type.shape);
  const period = elementCount(b.type.shape);
  const { kernel, width } = multiplyKernels.choose(period, elements);
  const count = elements / width;
  dispatch({
    kernel,
    params: { count, period: period / width },
    operands: [...inputs, ...outputs],
    grid: elementGrid(count),
  });
}

/** y = a · b, elementwise, for equal shapes. */
export const multiply: Op<NoAttrs> = {
  name: "multiply",
  infer: ([a, b]) => {
    requireShape("multiply", "the second factor", b, (a as TensorType).shape);
    return [b];
  },
  vjp: ({ graph, inputs, gradOutputs: [dy], needs }) => {
    const [a, b] = inputs as [Value, Value];
    if (!dy) return [null, null];
    return [
      needs[0] ? graph.apply(multiply, [dy, b], {}) : null,
      needs[1] ? graph.apply(multiply, [dy, a], {}) : null,
    ];
  },
  lower: lowerProduct,
};

/** y = x · l, broadcast along the last dimension: x (…, N), l (N) -> (…, N). */
export const multiplyRow: Op<NoAttrs> = {
  name: "multiplyRow",
  infer: ([x, l]) => {
    const type = x as TensorType;
    requireShape("multiplyRow", "the row", l, [matrixShape(type).columns]);
    return [type];
  },
  vjp: ({ graph, inputs, gradOutputs: [dy], needs }) => {
    const [x, l] = inputs as [Value, Value];
    if (!dy) return [null, null];
    return [
      needs[0] ? graph.apply(multiplyRow, [dy, l], {}) : null,
      needs[1] ? graph.apply(sumRows, [graph.apply(multiply, [dy, x], {})], {}) : null,
    ];
  },
  lower: lowerProduct,
};
