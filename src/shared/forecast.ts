import type { Quantization } from "./model";
import type { TrainingOptions } from "./training";

/** Estimated GPU memory of a run, by purpose. */
export interface MemoryForecast {
  readonly weights: number;
  /** Tensors saved for the backward pass, its gradients, and the current logits. */
  readonly activations: number;
  readonly adapter: number;
  /** Adapter gradients and AdamW moments. */
  readonly optimizer: number;
  /** Ids, labels, kernel parameters and read-back buffers. */
  readonly inputs: number;
  /** Other allocations: KV caches, loaded adapters. */
  readonly others: number;
  readonly total: number;
}

/** Options that affect memory but not the training result. */
export type FitOptions = Partial<
  Pick<TrainingOptions, "batchSize" | "gradientAccumulation" | "maxLength" | "gradientCheckpointing">
>;

export type FitKind = "checkpointing" | "batch" | "length" | "together" | "quantization";

/** Changed options that bring a run within its budget, or as close as possible. */
export interface FitChange {
  readonly kind: FitKind;
  readonly options: FitOptions;
  /** Quantisation to reload the model with, if that is the change. */
  readonly quantization?: Quantization;
  readonly totalBytes: number;
  readonly fits: boolean;
}

/** Estimate of a run, without allocating anything. */
export interface TrainingForecast {
  readonly memory: MemoryForecast;
  /** Size of the largest tensor if it exceeds the GPU's binding limit, so that the run cannot start; otherwise null. */
  readonly oversizedBytes: number | null;
  readonly totalSteps: number;
  /** Rows per epoch, and how many of them are from the mixed-in dataset. */
  readonly trainRows: number;
  readonly mixedRows: number;
  /** Floating-point operations of all matrix products in the run. */
  readonly flops: number;
  /** Ways to fit the budget; empty if the run fits. */
  readonly changes: readonly FitChange[];
}

/** Measured training speed, from steps that are run and discarded. */
export interface TrainingSpeed {
  readonly flopsPerSecond: number;
  /** Excluding padding. */
  readonly tokensPerSecond: number;
  readonly steps: number;
}
