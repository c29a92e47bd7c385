import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, type Value } from "../graph/value";
import { defineKernel, elementGrid, type Kernel } from "../gpu/kernel";

type NoAttrs = Record<never, never>;

function flatKernel(shader: string, bindings: Kernel["bindings"]): Kernel {
  return defineKernel({ shader, entry: "element", params: { count: "u32" }, bindings });
}

const maskKernel = flatKernel("optim/mask_gradients", ["read_write", "read"]);
const squaresKernel = flatKernel("optim/add_squares", ["read", "read_write"]);

/** An op over two flat buffers (N) in whole vectors of four, without outputs. */
function flatOp(name: string, kernel: Kernel): Op<NoAttrs> {
  return {
    name,
    kernels: [kernel],
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

/** Clears gradients where the second moment is negative, the mark of numbers that do not train. In place. */
export const maskGradients: Op<NoAttrs> = flatOp("maskGradients", maskKernel);

/** Adds the squares of gradients to sums (the second input), in place. */
export const addSquares: Op<NoAttrs> = flatOp("addSquares", squaresKernel);
