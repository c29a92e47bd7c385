import type { Op } from "../graph/op";
import { elementCount, f32, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels, rowKernels } from "../kernels/variants";
import { matrixShape, requireShape } from "./shapes";

type NoAttrs = Record<never, never>;

const rowDotKernels = rowKernels({
  shader: "rows/row_dot",
  params: { rows: "u32", columns: "u32" },
  bindings: ["read", "read", "read_write"],
});

const multiplyColumnKernels = elementKernels({
  shader: "elementwise/multiply_column",
  params: { count: "u32", columns: "u32" },
  bindings: ["read", "read", "read_write"],
});

/** The type of a column vector with one number per row of x. */
function columnOf({ shape }: TensorType): TensorType {
  return f32(...shape.slice(0, -1), 1);
}

/** y[r] = Σ a[r,c] · b[r,c]: a, b (…, N) -> (…, 1). */
export const rowDot: Op<NoAttrs> = {
  name: "rowDot",
  infer: ([a, b]) => {
    const type = a as TensorType;
    requireShape("rowDot", "the second factor", b, type.shape);
    return [columnOf(type)];
  },
  vjp: ({ graph, inputs, gradOutputs: [dy], needs }) => {
    const [a, b] = inputs as [Value, Value];
    if (!dy) return [null, null];
    return [
      needs[0] ? graph.apply(multiplyColumn, [b, dy], {}) : null,
      needs[1] ? graph.apply(multiplyColumn, [a, dy], {}) : null,
    ];
  },
  lower: ({ inputs, outputs, tuning, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    dispatch(rowDotKernels.call({ rows, columns, operands: [...inputs, ...outputs] }, tuning));
  },
};

/** y = x · g, broadcast along rows: x (…, N), g (…, 1) -> (…, N). */
export const multiplyColumn: Op<NoAttrs> = {
  name: "multiplyColumn",
  infer: ([x, g]) => {
    const type = x as TensorType;
    requireShape("multiplyColumn", "the column", g, columnOf(type).shape);
    return [type];
  },
  vjp: ({ graph, inputs, gradOutputs: [dy], needs }) => {
    const [x, g] = inputs as [Value, Value];
    if (!dy) return [null, null];
    return [
      needs[0] ? graph.apply(multiplyColumn, [dy, g], {}) : null,
      needs[1] ? graph.apply(rowDot, [dy, x], {}) : null,
    ];
  },
  lower: ({ inputs, outputs, dispatch }) => {
    const [x] = inputs as [Value, Value];
    const { columns } = matrixShape(x.type);
    const { kernel, width } = multiplyColumnKernels.choose(columns);
    const count = elementCount(x.type.shape) / width;
    dispatch({
      kernel,
      params: { count, columns: columns / width },
      operands: [...inputs, ...outputs],
      grid: elementGrid(count),
    });
  },
};
