import type { Op } from "../graph/op";
import { elementCount, type TensorType, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";
import { matrixShape, requireShape } from "./shapes";

interface KeepTopAttrs {
  /** How many of a row are kept. */
  readonly keep: number;
}

const keepTopKernel = defineKernel({
  shader: "rows/keep_top",
  entry: "element",
  params: { count: "u32", columns: "u32", keep: "u32" },
  bindings: ["read", "read", "read_write"],
});

/**
 * x where its score is among the `keep` largest of its row, zero elsewhere: x, score (…, N) -> (…, N). No gradient flows
 * through the choice.
 */
export const keepTop: Op<KeepTopAttrs> = {
  name: "keepTop",
  kernels: [keepTopKernel],
  infer: ([x, score]) => {
    const type = x as TensorType;
    requireShape("keepTop", "the score", score, type.shape);
    return [type];
  },
  vjp: ({ graph, attrs, inputs, gradOutputs: [dy], needs }) => [
    needs[0] && dy ? graph.apply(keepTop, [dy, inputs[1] as Value], attrs) : null,
    null,
  ],
  lower: ({ attrs: { keep }, inputs, outputs, dispatch }) => {
    const [x] = inputs as [Value, Value];
    const count = elementCount(x.type.shape);
    dispatch({
      kernel: keepTopKernel,
      params: { count, columns: matrixShape(x.type).columns, keep },
      operands: [...inputs, ...outputs],
      grid: elementGrid(count),
    });
  },
};
