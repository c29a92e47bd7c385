import type { Op } from "../graph/op";
import { f32, type TensorType, type Value } from "../graph/value";
import type { Kernel, ParamValues } from "../gpu/kernel";
import { columnKernels } from "../kernels/variants";
import { matrixShape } from "./shapes";

/** Defines an op that sums a term of its inputs over the rows: (…, N), … -> (N). */
export function columnSumOp(
  name: string,
  shader: Pick<Kernel, "shader" | "bindings"> & Partial<Pick<Kernel, "includes">>,
): Op<Record<never, never>> {
  const kernels = columnKernels({
    ...shader,
    params: { rows: "u32", columns: "u32", accumulate: "u32" },
  });
  return {
    name,
    accumulates: true,
    infer: ([x]) => [f32(matrixShape(x as TensorType).columns)],
    lower: ({ inputs, outputs, accumulate, tuning, dispatch }) => {
      const { rows, columns } = matrixShape((inputs[0] as Value).type);
      const params = (): ParamValues => ({ accumulate: accumulate ? 1 : 0 });
      dispatch(kernels.call({ rows, columns, params, operands: [...inputs, ...outputs] }, tuning));
    },
  };
}
