import type { Op } from "../graph/op";
import type { Value } from "../graph/value";
import { flatGrid } from "../gpu/kernel";
import { rowKernels } from "../kernels/variants";
import { inferMeasures } from "./preference-loss";

/** KTO, an objective on answers that are labelled good or bad. */
export interface UnpairedObjective {
  readonly compares: "labels";
  readonly beta: number;
  /** Weights of the losses of good and bad answers. */
  readonly desirable: number;
  readonly undesirable: number;
}

interface UnpairedLossAttrs extends UnpairedObjective {
  /** Index among the step scalars of the scale of an answer's loss. */
  readonly scaleIndex: number;
}

const kernels = rowKernels(
  {
    shader: "loss/unpaired",
    includes: ["lib/answers", "lib/pair"],
    params: {
      rows: "u32",
      beta: "f32",
      desirable: "f32",
      undesirable: "f32",
      scale_index: "u32",
    },
    bindings: ["read", "read", "read", "read", "read", "read_write", "read_write"],
  },
  () => [],
  "scalar",
);

/**
 * KTO's loss on labelled answers. Inputs as of `preferenceLoss`, where the second answer of a pair is another row's, with
 * the labels before the step scalars: u32 (pairs), 1 for a good answer. Outputs likewise; the reward is measured under
 * `chosenReward` for a good answer and under `rejectedReward` for a bad one, the other being 0.
 */
export const unpairedLoss: Op<UnpairedLossAttrs> = {
  name: "unpairedLoss",
  infer: ([losses, sequences, references]) => inferMeasures(losses, sequences, references),
  vjp: ({ outputs: [, gradient] }) => [gradient as Value, null, null, null, null],
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const [rows = 0] = (outputs[0] as Value).type.shape;
    dispatch({
      kernel: kernels.choose(1, tuning).kernel,
      params: {
        rows,
        beta: attrs.beta,
        desirable: attrs.desirable,
        undesirable: attrs.undesirable,
        scale_index: attrs.scaleIndex,
      },
      operands: [...inputs, ...outputs],
      grid: flatGrid(rows),
    });
  },
};
