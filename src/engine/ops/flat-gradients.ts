import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, type Value } from "../graph/value";
import { readsBlocks } from "./adamw";
import { defineKernel, elementGrid, type Kernel } from "../gpu/kernel";

type NoAttrs = Record<never, never>;

const maskKernel = defineKernel({
  shader: "optim/mask_gradients",
  entry: "element",
  ...readsBlocks,
  params: { count: "u32" },
  bindings: ["read_write", "read"],
});

const squaresKernel = defineKernel({
  shader: "optim/add_squares",
  entry: "element",
  params: { count: "u32" },
  bindings: ["read", "read_write"],
});

/** Defines an in-place op over gradients (N, a multiple of four) and another buffer, without outputs. */
function flatOp(name: string, kernel: Kernel): Op<NoAttrs> {
  return {
    name,
    effect: true,
    infer: () => [],
    lower: ({ inputs, dispatch }) => {
      const [gradients] = inputs as [Value];
      const elements = elementCount(gradients.type.shape);
      invariant(elements % 4 === 0, `${name}: ${elements} gradients are not whole vectors`);
      const count = elements / 4;
      dispatch({ kernel, params: { count }, operands: inputs, grid: elementGrid(count) });
    },
  };
}

/** Zeroes the gradients of frozen elements in place; the second input is adamw's blocks. */
export const maskGradients: Op<NoAttrs> = flatOp("maskGradients", maskKernel);

/** Accumulates squared gradients into the second input, in place. */
export const addSquares: Op<NoAttrs> = flatOp("addSquares", squaresKernel);
