import type { Op } from "../graph/op";
import { elementCount, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";

interface DropoutAttrs {
  /** Share of elements that become zero. */
  readonly probability: number;
  /** Tells apart the places that drop, so that none drops the same elements. */
  readonly site: number;
  /** Elements after which the choice repeats: the length of a row drops columns, 1 all or nothing. None where absent. */
  readonly period?: number;
  /** Whether what is kept makes good for what is dropped, which is so where absent. */
  readonly rescale?: boolean;
  /** Place of the seed (u32 bits) among the step scalars. */
  readonly seedIndex: number;
}

const dropoutKernels = elementKernels({
  shader: "elementwise/dropout",
  includes: ["lib/pcg"],
  params: {
    count: "u32",
    threshold: "u32",
    site: "u32",
    seed_index: "u32",
    period: "u32",
    scale: "f32",
  },
  bindings: ["read", "read", "read_write"],
});

/** The hash from which on a number is kept. */
export function dropThreshold(probability: number): number {
  return Math.min(0xffffffff, Math.round(probability * 2 ** 32));
}

/**
 * y = x / (1 − p) where kept, else 0 (inverted dropout). Inputs: x and the step scalars. What is kept is a hash of seed,
 * site and element (modulo the period), so that the backward makes the same choice and no mask is stored.
 */
export const dropout: Op<DropoutAttrs> = {
  name: "dropout",
  kernels: dropoutKernels.all,
  infer: ([x]) => [x as TensorType],
  vjp: ({ graph, inputs, attrs, gradOutputs: [dy], needs }) => [
    needs[0] && dy ? graph.apply(dropout, [dy, inputs[1] as Value], attrs) : null,
    null,
  ],
  lower: ({ inputs, outputs, attrs, dispatch }) => {
    const [y] = outputs as [Value];
    const elements = elementCount(y.type.shape);
    const { probability, site, seedIndex, period = elements, rescale = true } = attrs;
    const { kernel, width } = dropoutKernels.choose(elements);
    const count = elements / width;
    dispatch({
      kernel,
      params: {
        count,
        threshold: dropThreshold(probability),
        site,
        seed_index: seedIndex,
        period,
        scale: rescale ? 1 / (1 - probability) : 1,
      },
      operands: [...inputs, y],
      grid: elementGrid(count),
    });
  },
};
