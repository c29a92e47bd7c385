import type { Op } from "../graph/op";
import { elementCount, type TensorType, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";
import { matrixShape, requireShape } from "./shapes";

interface KeepTopAttrs {
  /** Number of elements kept per row. */
  readonly keep: number;
}

const keepTopKernel = defineKernel({
  shader: "rows/keep_top",
  entry: "element",
  params: { count: "u32", columns: "u32", keep: "u32" },
  bindings: ["read", "read", "read_write"],
});

/**
 * Row-wise top-k mask: x where its score is among the row's `keep` largest, else 0: x, score (…, N) -> (…, N). Not
 * differentiable with respect to the score.
 */
export const keepTop: Op<KeepTopAttrs> = {
  name: "keepTop",
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
