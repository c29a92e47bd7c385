import type { Op } from "../graph/op";
import type { TensorType, Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";
import { matrixShape, requireShape } from "./shapes";

interface SoftmaxAttrs {
  /** Whether zeros are masked out: they stay zero, as does an all-zero row. */
  readonly skipZeros: boolean;
}

const softmaxKernel = defineKernel({
  shader: "rows/softmax",
  entry: "element",
  params: { count: "u32", columns: "u32", skip_zeros: "u32" },
  bindings: ["read", "read_write"],
});

const softmaxBackwardKernel = defineKernel({
  shader: "rows/softmax_backward",
  entry: "element",
  params: { count: "u32", columns: "u32" },
  bindings: ["read", "read", "read_write"],
});

/** Softmax over the last dimension, which must be short: (…, N) -> (…, N). */
export const softmax: Op<SoftmaxAttrs> = {
  name: "softmax",
  infer: ([x]) => [x as TensorType],
  vjp: ({ graph, outputs, gradOutputs: [dy] }) => [
    dy ? graph.apply(softmaxBackward, [dy, outputs[0] as Value], {}) : null,
  ],
  lower: ({ attrs: { skipZeros }, inputs, outputs, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    dispatch({
      kernel: softmaxKernel,
      params: { count: rows, columns, skip_zeros: skipZeros ? 1 : 0 },
      operands: [...inputs, ...outputs],
      grid: elementGrid(rows),
    });
  },
};

/** dx = y · (dy − Σ dy · y): dy, y (…, N) -> dx. Masked elements have y = 0 and hence a zero gradient. */
export const softmaxBackward: Op<Record<never, never>> = {
  name: "softmaxBackward",
  infer: ([dy, y]) => {
    const type = dy as TensorType;
    requireShape("softmaxBackward", "what the softmax gave", y, type.shape);
    return [type];
  },
  lower: ({ inputs, outputs, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    dispatch({
      kernel: softmaxBackwardKernel,
      params: { count: rows, columns },
      operands: [...inputs, ...outputs],
      grid: elementGrid(rows),
    });
  },
};
