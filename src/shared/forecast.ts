import type { Quantization } from "./model";
import type { TrainingOptions } from "./training";

/** GPU bytes that a run would take, by what they are for. */
export interface MemoryForecast {
  readonly weights: number;
  /** What the blocks keep for the backward pass, its gradients and the logits at hand. */
  readonly activations: number;
  readonly adapter: number;
  /** Gradients of the adapter and AdamW's moments. */
  readonly optimizer: number;
  /** Ids, labels, kernels' parameters and read-backs. */
  readonly inputs: number;
  /** What lies on the GPU besides and stays: caches of answers, adapters at hand. */
  readonly others: number;
  readonly total: number;
}

/** Options of a run that decide its memory and can be changed without harm to what is learned. */
export type FitOptions = Partial<
  Pick<TrainingOptions, "batchSize" | "gradientAccumulation" | "maxLength" | "gradientCheckpointing">
>;

export const FIT_KINDS = ["checkpointing", "batch", "length", "together", "quantization"] as const;
export type FitKind = (typeof FIT_KINDS)[number];

/** A change of options that would bring a run below its budget, or as near to it as this change can. */
export interface FitChange {
  readonly kind: FitKind;
  readonly options: FitOptions;
  /** How the model is to be loaded anew, where that is the change. */
  readonly quantization?: Quantization;
  readonly totalBytes: number;
  readonly fits: boolean;
}

/** What a run would take, known before anything is allocated. */
export interface TrainingForecast {
  readonly memory: MemoryForecast;
  /** Bytes of the largest single result, when it is more than this GPU binds at once; the run cannot start then. */
  readonly oversizedBytes: number | null;
  readonly totalSteps: number;
  /** Floating-point operations of the whole run in its matrix products. */
  readonly flops: number;
  /** Ways to fit the budget; empty when the run fits. */
  readonly changes: readonly FitChange[];
}

/** How fast this machine trains, from steps that were really run and thrown away. */
export interface TrainingSpeed {
  readonly flopsPerSecond: number;
  /** Tokens of rows a second, padding left out. */
  readonly tokensPerSecond: number;
  readonly steps: number;
}
