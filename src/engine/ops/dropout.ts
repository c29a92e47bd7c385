import type { Op } from "../graph/op";
import { elementCount, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";

interface DropoutAttrs {
  /** Probability of zeroing an element. */
  readonly probability: number;
  /** Distinguishes dropout sites, so that their masks are independent. */
  readonly site: number;
  /** Period of the mask in elements: the row length drops columns, 1 drops all or nothing. Absent: no repetition. */
  readonly period?: number;
  /** Whether to scale kept elements by 1 / (1 − p); default true. */
  readonly rescale?: boolean;
  /** Index of the seed (u32 bits) in the step scalars. */
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

/** Hash threshold at or above which an element is kept. */
export function dropThreshold(probability: number): number {
  return Math.min(0xffffffff, Math.round(probability * 2 ** 32));
}

/**
 * Inverted dropout: y = x / (1 − p) where kept, else 0. Inputs: x and the step scalars. The mask is a hash of seed,
 * site and element (modulo the period), so that the backward pass regenerates it and none is stored.
 */
export const dropout: Op<DropoutAttrs> = {
  name: "dropout",
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
