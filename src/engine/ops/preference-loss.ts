import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { f32, formatShape, type TensorType, type Value } from "../graph/value";
import { flatGrid } from "../gpu/kernel";
import { type RowKernels, rowKernels } from "../kernels/variants";

/** Outputs per pair, in order. */
export const PAIR_MEASURES = ["loss", "chosenReward", "rejectedReward", "isRight"] as const;

/**
 * Numbers per answer in `sequences`: first row, number of rows, and number of preceding rows that only count in the
 * likelihood term.
 */
export const SEQUENCE_NUMBERS = 3;

/** An objective on pairs of answers. */
export interface PairObjective {
  readonly compares: "pairs";
  /** Its `judge`: shaders/objectives/<shader>.wgsl. */
  readonly shader: string;
  readonly beta: number;
  readonly labelSmoothing: number;
  readonly gamma: number;
  /** Weight of the chosen answers' cross-entropy, a mean over a batch's tokens. */
  readonly likelihood: number;
  /** Whether that cross-entropy includes the prompt. */
  readonly learnsPrompt: boolean;
}

interface PreferenceLossAttrs extends PairObjective {
  /** Indices of step scalars: scale of a pair's loss, and of a chosen token's cross-entropy. */
  readonly scaleIndex: number;
  readonly likelihoodIndex: number;
}

const kernels = new Map<string, RowKernels>();

function kernelsOf(shader: string): RowKernels {
  const known = kernels.get(shader);
  if (known) return known;
  const base = {
    shader: "loss/preference",
    includes: ["lib/answers", "lib/pair", `objectives/${shader}`],
    params: {
      rows: "u32",
      beta: "f32",
      label_smoothing: "f32",
      gamma: "f32",
      likelihood: "f32",
      scale_index: "u32",
      likelihood_index: "u32",
    },
    bindings: ["read", "read", "read", "read", "read_write", "read_write"],
  } as const;
  const made = rowKernels(base, () => [], "scalar");
  kernels.set(shader, made);
  return made;
}

/**
 * A loss on pairs of answers. Inputs: the cross-entropy of label rows (S); where each answer's tokens are, u32
 * (2 · pairs, {@link SEQUENCE_NUMBERS}), the chosen one of a pair before the rejected one; log-probabilities of the answers
 * under the reference (2 · pairs); step scalars. Outputs: unscaled measures (pairs, {@link PAIR_MEASURES}), and the gradient
 * of the cross-entropy under the scaled loss (S), undefined in rows of no answer. The upstream gradient is 1 by convention.
 */
export const preferenceLoss: Op<PreferenceLossAttrs> = {
  name: "preferenceLoss",
  infer: ([losses, sequences, references]) => inferMeasures(losses, sequences, references),
  vjp: ({ outputs: [, gradient] }) => [gradient as Value, null, null, null],
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const [pairs = 0] = (outputs[0] as Value).type.shape;
    dispatch({
      kernel: kernelsOf(attrs.shader).choose(1, tuning).kernel,
      params: {
        rows: pairs,
        beta: attrs.beta,
        label_smoothing: attrs.labelSmoothing,
        gamma: attrs.gamma,
        likelihood: attrs.likelihood,
        scale_index: attrs.scaleIndex,
        likelihood_index: attrs.likelihoodIndex,
      },
      operands: [...inputs, ...outputs],
      grid: flatGrid(pairs),
    });
  },
};

/** Types of the outputs: measures per pair, and the gradient of the tokens' cross-entropy. */
export function inferMeasures(
  losses: TensorType | undefined,
  sequences: TensorType | undefined,
  references: TensorType | undefined,
): TensorType[] {
  const [answers = 0, numbers] = (sequences as TensorType).shape;
  invariant(
    answers % 2 === 0 && numbers === SEQUENCE_NUMBERS && (references as TensorType).shape[0] === answers,
    `answers ${formatShape((sequences as TensorType).shape)} and references ${formatShape((references as TensorType).shape)} do not fit`,
  );
  return [f32(answers / 2, PAIR_MEASURES.length), losses as TensorType];
}
