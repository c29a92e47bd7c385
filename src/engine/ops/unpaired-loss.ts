import type { Op } from "../graph/op";
import type { Value } from "../graph/value";
import { flatGrid } from "../gpu/kernel";
import { rowKernels } from "../kernels/variants";
import { inferMeasures } from "./preference-loss";

/** KTO, an objective on answers labelled good or bad. */
export interface UnpairedObjective {
  readonly compares: "labels";
  readonly beta: number;
  /** Weights of the losses of good and bad answers. */
  readonly desirable: number;
  readonly undesirable: number;
}

interface UnpairedLossAttrs extends UnpairedObjective {
  /** Step scalar with the scale of an answer's loss. */
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
 * KTO's loss on labelled answers. Inputs as in `preferenceLoss`, but the second answer of a pair is another row's, and
 * the labels, u32 (pairs) with 1 for a good answer, precede the step scalars. Outputs as there; a good answer's reward
 * is measured as `chosenReward`, a bad one's as `rejectedReward`, and the other is 0.
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
