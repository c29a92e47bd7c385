import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";

interface AdamwAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 0 disables clipping. */
  readonly maxGradNorm: number;
  /** Indices into the step scalars. */
  readonly learningRateIndex: number;
  readonly beta1CorrectionIndex: number;
  readonly beta2CorrectionIndex: number;
}

/** Parameters per block. */
const BLOCK = 64;

/** Metadata words per block: its parameter group and a bitmask of frozen elements, least significant bit first. */
export const BLOCK_WORDS = 1 + BLOCK / 32;

/** Kernel settings for reading block metadata. */
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
 * AdamW with decoupled weight decay (arXiv 1711.05101) over flat buffers, matching PyTorch, after clipping by global
 * norm as in clip_grad_norm_. The step is skipped if the norm is not finite; frozen elements are never modified.
 *
 * Inputs, updated in place: parameters, gradients, m, v (N), blocks u32 (N / 64 · {@link BLOCK_WORDS}), group table of
 * (learning-rate factor, decay) pairs, step scalars, squared norm (1). No outputs.
 */
export const adamw: Op<AdamwAttrs> = {
  name: "adamw",
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

/** Writes metrics (4) from the squared gradient norm: the norm, and 1 if it is not finite. No outputs. */
export const stepMetrics: Op<Record<never, never>> = {
  name: "stepMetrics",
  effect: true,
  infer: () => [],
  lower: ({ inputs, dispatch }) => {
    dispatch({ kernel: stepMetricsKernel, params: { count: 1 }, operands: inputs, grid: [1, 1, 1] });
  },
};
