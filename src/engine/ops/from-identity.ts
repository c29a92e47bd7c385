import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { formatShape, type TensorType, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";

interface FromIdentityAttrs {
  readonly alpha: number;
}

const fromIdentityKernel = defineKernel({
  shader: "elementwise/from_identity",
  entry: "element",
  params: { count: "u32", size: "u32", alpha: "f32", accumulate: "u32" },
  bindings: ["read", "read_write"],
});

/** y = alpha · (x − I) for a square matrix (N, N). */
export const fromIdentity: Op<FromIdentityAttrs> = {
  name: "fromIdentity",
  accumulates: true,
  infer: ([x]) => {
    const { shape } = x as TensorType;
    invariant(
      shape.length === 2 && shape[0] === shape[1],
      `fromIdentity: ${formatShape(shape)} is not square`,
    );
    return [x as TensorType];
  },
  lower: ({ attrs: { alpha }, inputs, outputs, accumulate, dispatch }) => {
    const size = (inputs[0] as Value).type.shape[0] ?? 0;
    dispatch({
      kernel: fromIdentityKernel,
      params: { count: size * size, size, alpha, accumulate: accumulate ? 1 : 0 },
      operands: [...inputs, ...outputs],
      grid: elementGrid(size * size),
    });
  },
};
