import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { f32, type Value } from "../graph/value";
import { rowKernels } from "../kernels/variants";
import { dropThreshold } from "./dropout";

interface KeepMaskAttrs {
  /** Length of the mask. */
  readonly count: number;
  /** Share of it that is dropped. */
  readonly probability: number;
  /** Tells apart the places that drop, as in dropout. */
  readonly site: number;
  /** Whether the mask is divided by its own mean, so that what is kept makes good for what is dropped. */
  readonly rescale: boolean;
  /** Place of the seed (u32 bits) among the step scalars. */
  readonly seedIndex: number;
}

const keepMaskKernels = rowKernels({
  shader: "elementwise/keep_mask",
  entry: "own",
  includes: ["lib/pcg"],
  params: {
    count: "u32",
    numbers: "u32",
    threshold: "u32",
    site: "u32",
    seed_index: "u32",
    rescale: "u32",
  },
  bindings: ["read", "read_write"],
});

/** A mask (count) of zeros and equal numbers from the step scalars: the seed's choice, which `dropout` makes the same. */
export const keepMask: Op<KeepMaskAttrs> = {
  name: "keepMask",
  kernels: keepMaskKernels.all,
  infer: (_, { count }) => [f32(count)],
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const { count: numbers, probability, site, seedIndex, rescale } = attrs;
    invariant(probability < 1, "keepMask: something is kept");
    const { kernel, width } = keepMaskKernels.choose(numbers, tuning);
    dispatch({
      kernel,
      params: {
        count: numbers / width,
        numbers,
        threshold: dropThreshold(probability),
        site,
        seed_index: seedIndex,
        rescale: rescale ? 1 : 0,
      },
      operands: [...inputs, outputs[0] as Value],
      grid: [1, 1, 1],
    });
  },
};
