import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { f32, type Value } from "../graph/value";
import { rowKernels } from "../kernels/variants";
import { dropThreshold } from "./dropout";

interface KeepMaskAttrs {
  /** Length of the mask. */
  readonly count: number;
  /** Dropout probability. */
  readonly probability: number;
  /** Distinguishes dropout sites, as in dropout. */
  readonly site: number;
  /** Whether to divide the mask by its mean. */
  readonly rescale: boolean;
  /** Index of the seed (u32 bits) in the step scalars. */
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

/**
 * A dropout mask (count) generated from the step scalars, identical to the one `dropout` uses for the same seed and
 * site.
 */
export const keepMask: Op<KeepMaskAttrs> = {
  name: "keepMask",
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
