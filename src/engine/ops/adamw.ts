import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";

interface AdamwAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 0 turns clipping off. */
  readonly maxGradNorm: number;
  /** Places among the step scalars. */
  readonly learningRateIndex: number;
  readonly beta1CorrectionIndex: number;
  readonly beta2CorrectionIndex: number;
}

/** Numbers of a block of parameters. */
const BLOCK = 64;

/** Words of a block: its group, and a bit for each number that is frozen, the first the lowest. */
export const BLOCK_WORDS = 1 + BLOCK / 32;

/** What kernels have that read blocks. */
export const readsBlocks = { includes: ["lib/frozen"], defines: { BLOCK_WORDS } } as const;

const adamwKernel = defineKernel({
  shader: "optim/adamw",
  entry: "element",
  ...readsBlocks,
  params: {
    count: "u32",
    beta1_rest: "f32",
    beta2: "f32",
    beta2_rest: "f32",
    epsilon: "f32",
    max_grad_norm: "f32",
    learning_rate_index: "u32",
    beta1_correction_index: "u32",
    beta2_correction_index: "u32",
  },
  bindings: ["read_write", "read", "read_write", "read_write", "read", "read", "read", "read"],
});

const stepMetricsKernel = defineKernel({
  shader: "optim/step_metrics",
  params: { count: "u32" },
  bindings: ["read", "read_write"],
});

/**
 * AdamW with decoupled decay (arXiv 1711.05101) over flat buffers, exactly as PyTorch's, after clipping by global norm
 * as clip_grad_norm_ does. A norm that is not finite changes nothing, and nothing changes a frozen number.
 *
 * Inputs, all updated in place where they change: parameters, gradients, m, v (N), blocks u32 (N / 64 ·
 * {@link BLOCK_WORDS}), group table (learning-rate factor, decay) pairs, step scalars, squared norm (1). No outputs.
 */
export const adamw: Op<AdamwAttrs> = {
  name: "adamw",
  kernels: [adamwKernel],
  effect: true,
  infer: () => [],
  lower: ({ inputs, attrs, dispatch }) => {
    const [parameters] = inputs as [Value];
    const elements = elementCount(parameters.type.shape);
    invariant(elements % BLOCK === 0, `adamw: ${elements} parameters are not whole blocks of ${BLOCK}`);
    const count = elements / 4;
    dispatch({
      kernel: adamwKernel,
      params: {
        count,
        beta1_rest: 1 - attrs.beta1,
        beta2: attrs.beta2,
        beta2_rest: 1 - attrs.beta2,
        epsilon: attrs.epsilon,
        max_grad_norm: attrs.maxGradNorm,
        learning_rate_index: attrs.learningRateIndex,
        beta1_correction_index: attrs.beta1CorrectionIndex,
        beta2_correction_index: attrs.beta2CorrectionIndex,
      },
      operands: inputs,
      grid: elementGrid(count),
    });
  },
};

/** Writes metrics (4) from the squared norm: the norm, and 1 where it is not finite. No outputs. */
export const stepMetrics: Op<Record<never, never>> = {
  name: "stepMetrics",
  kernels: [stepMetricsKernel],
  effect: true,
  infer: () => [],
  lower: ({ inputs, dispatch }) => {
    dispatch({ kernel: stepMetricsKernel, params: { count: 1 }, operands: inputs, grid: [1, 1, 1] });
  },
};
