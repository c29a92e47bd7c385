import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, formatShape, sameShape, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";

type NoAttrs = Record<never, never>;

const addKernels = elementKernels({
  shader: "elementwise/add",
  params: { count: "u32" },
  bindings: ["read", "read", "read_write"],
});

const accumulateKernels = elementKernels({
  shader: "elementwise/accumulate",
  params: { count: "u32", overwrite: "u32" },
  bindings: ["read", "read_write"],
});

/** y = a + b, elementwise, for equal shapes. */
export const add: Op<NoAttrs> = {
  name: "add",
  infer: ([a, b]) => {
    const [left, right] = [a as TensorType, b as TensorType];
    invariant(
      sameShape(left.shape, right.shape),
      `add: ${formatShape(left.shape)} and ${formatShape(right.shape)} differ`,
    );
    return [left];
  },
  vjp: ({ gradOutputs: [gradient], needs }) => needs.map((need) => (need ? (gradient ?? null) : null)),
  lower: ({ inputs, outputs, dispatch }) => {
    const [y] = outputs as [Value];
    const elements = elementCount(y.type.shape);
    const { kernel, width } = addKernels.choose(elements);
    const count = elements / width;
    dispatch({
      kernel,
      params: { count },
      operands: [...inputs, y],
      grid: elementGrid(count),
    });
  },
};

/** y += x when applied with `into`, else a copy of x. */
export const accumulate: Op<NoAttrs> = {
  name: "accumulate",
  accumulates: true,
  infer: ([x]) => [x as TensorType],
  lower: ({ inputs, outputs, accumulate: adds, dispatch }) => {
    const [y] = outputs as [Value];
    const elements = elementCount(y.type.shape);
    const { kernel, width } = accumulateKernels.choose(elements);
    const count = elements / width;
    dispatch({
      kernel,
      params: { count, overwrite: adds ? 0 : 1 },
      operands: [inputs[0] as Value, y],
      grid: elementGrid(count),
    });
  },
};
