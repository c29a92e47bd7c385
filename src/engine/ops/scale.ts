import type { Op } from "../graph/op";
import { elementCount, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";

interface ScaleAttrs {
  readonly alpha: number;
}

const scaleKernels = elementKernels({
  shader: "elementwise/scale",
  params: { count: "u32", alpha: "f32", accumulate: "u32" },
  bindings: ["read", "read_write"],
});

/** y = alpha · x, elementwise. */
export const scale: Op<ScaleAttrs> = {
  name: "scale",
  accumulates: true,
  infer: ([x]) => [x as TensorType],
  vjp: ({ graph, attrs, gradOutputs: [dy] }) => [dy ? graph.apply(scale, [dy], attrs) : null],
  lower: ({ attrs, inputs, outputs, accumulate, dispatch }) => {
    const [y] = outputs as [Value];
    const elements = elementCount(y.type.shape);
    const { kernel, width } = scaleKernels.choose(elements);
    const count = elements / width;
    dispatch({
      kernel,
      params: { count, alpha: attrs.alpha, accumulate: accumulate ? 1 : 0 },
      operands: [...inputs, y],
      grid: elementGrid(count),
    });
  },
};
