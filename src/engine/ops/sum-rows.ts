import type { Op } from "../graph/op";
import { f32, type TensorType, type Value } from "../graph/value";
import type { ParamValues } from "../gpu/kernel";
import { columnKernels } from "../kernels/variants";
import { matrixShape } from "./shapes";

const sumRowsKernels = columnKernels({
  shader: "rows/sum_rows",
  params: { rows: "u32", columns: "u32", accumulate: "u32" },
  bindings: ["read", "read_write"],
});

/** y[c] = Σ x[…, c]: x (…, N) -> (N). */
export const sumRows: Op<Record<never, never>> = {
  name: "sumRows",
  accumulates: true,
  infer: ([x]) => [f32(matrixShape(x as TensorType).columns)],
  lower: ({ inputs, outputs, accumulate, tuning, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    const params = (): ParamValues => ({ accumulate: accumulate ? 1 : 0 });
    dispatch(sumRowsKernels.call({ rows, columns, params, operands: [...inputs, ...outputs] }, tuning));
  },
};
