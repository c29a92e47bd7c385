import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, f32, formatShape, type TensorType, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";

const transposeKernel = defineKernel({
  shader: "elementwise/transpose",
  entry: "element",
  params: { count: "u32", rows: "u32", columns: "u32" },
  bindings: ["read", "read_write"],
});

/** Swaps the last two dimensions: (…, R, C) -> (…, C, R). */
export const transpose: Op<Record<never, never>> = {
  name: "transpose",
  infer: ([x]) => {
    const { shape } = x as TensorType;
    invariant(shape.length >= 2, `transpose: ${formatShape(shape)} has no rows and columns`);
    const [rows = 0, columns = 0] = shape.slice(-2);
    return [f32(...shape.slice(0, -2), columns, rows)];
  },
  vjp: ({ graph, gradOutputs: [dy] }) => [dy ? graph.apply(transpose, [dy], {}) : null],
  lower: ({ inputs, outputs, dispatch }) => {
    const { shape } = (inputs[0] as Value).type;
    const [rows = 0, columns = 0] = shape.slice(-2);
    const count = elementCount(shape);
    dispatch({
      kernel: transposeKernel,
      params: { count, rows, columns },
      operands: [...inputs, ...outputs],
      grid: elementGrid(count),
    });
  },
};
