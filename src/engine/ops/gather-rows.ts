import { invariant } from "../../lib/invariant";
import type { KernelCall, Op } from "../graph/op";
import { elementCount, f32, formatShape, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { type ElementKernels, elementKernels } from "../kernels/variants";
import { zeroCall } from "./zero";

const shape = {
  params: { count: "u32", width: "u32", rows: "u32" },
  bindings: ["read", "read", "read_write"],
} as const;

const gatherRowsKernels = elementKernels({ shader: "embed/gather_rows", ...shape });
const scatterRowsKernels = elementKernels({ shader: "embed/scatter_rows", ...shape });

/** A gather or scatter call from `x` to `y`; `elements` is the element count of the side indexed by `rows`. */
function rowsCall(
  kernels: ElementKernels,
  operands: readonly Value[],
  elements: number,
  rowWidth: number,
  rows: number,
): KernelCall {
  const { kernel, width } = kernels.choose(rowWidth);
  const count = elements / width;
  return { kernel, params: { count, width: rowWidth / width, rows }, operands, grid: elementGrid(count) };
}

/** y[i] = x[rows[i]], or zeros if the index is out of range. */
export function gatherRowsCall(x: Value, rows: Value, y: Value): KernelCall {
  const [count = 0, width = 0] = x.type.shape;
  return rowsCall(gatherRowsKernels, [x, rows, y], elementCount(y.type.shape), width, count);
}

/**
 * y[i] = x[rows[i]]: x (R, N), rows u32 (S) -> (S, N). Indices ≥ R (padding) yield zeros. Valid indices must be unique,
 * so that the gradient is a scatter.
 */
export const gatherRows: Op<Record<never, never>> = {
  name: "gatherRows",
  infer: ([x, rows]) => {
    const [values, indices] = [x as TensorType, rows as TensorType];
    invariant(
      values.shape.length === 2 && indices.shape.length === 1 && indices.dtype === "u32",
      `gatherRows: x (R, N) and u32 rows (S) expected, got ${formatShape(values.shape)} and ${formatShape(indices.shape)}`,
    );
    return [f32(indices.shape[0] ?? 0, values.shape[1] ?? 0)];
  },
  vjp: ({ graph, inputs, gradOutputs: [dy], needs }) => {
    const [x, rows] = inputs as [Value, Value];
    return [
      needs[0] && dy ? graph.apply(scatterRows, [dy, rows], { rows: x.type.shape[0] ?? 0 }) : null,
      null,
    ];
  },
  lower: ({ inputs, outputs, dispatch }) => {
    const [x, rows] = inputs as [Value, Value];
    dispatch(gatherRowsCall(x, rows, outputs[0] as Value));
  },
};

/** y[rows[i]] = x[i] into zeros (R, N), dropping indices ≥ R: the gradient of {@link gatherRows}. */
export const scatterRows: Op<{ readonly rows: number }> = {
  name: "scatterRows",
  infer: ([x], { rows }) => [f32(rows, (x as TensorType).shape[1] ?? 0)],
  lower: ({ inputs, outputs, attrs, dispatch }) => {
    const [x] = inputs as [Value];
    const [y] = outputs as [Value];
    const [, width = 0] = x.type.shape;
    dispatch(zeroCall(y));
    dispatch(rowsCall(scatterRowsKernels, [...inputs, y], elementCount(x.type.shape), width, attrs.rows));
  },
};
