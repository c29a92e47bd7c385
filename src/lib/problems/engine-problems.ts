/** What memory of the GPU was asked for. */
export type GpuAllocation =
  | { readonly kind: "weights"; readonly bytes: number }
  | { readonly kind: "merged-weights" | "training" | "answer-cache" | "tuning" | "step" };

/** Why a kernel is not compiled. */
export type CompileFault =
  /** `message` is the compiler's. */
  | { readonly kind: "refused"; readonly message: string }
  /** It took the device down on an earlier visit and is not tried again. */
  | { readonly kind: "took-gpu-down" };

/** Faults around the GPU, of weights on it, of training and of answers. */
export interface EngineProblems {
  readonly "gpu/no-adapter": object;
  /** `reason` is the browser's. */
  readonly "gpu/command-refused": { readonly reason: string };
  readonly "gpu/no-result": object;
  readonly "gpu/kernel-not-compiled": { readonly kernel: string; readonly fault: CompileFault };
  /** `reason` and `message` are the browser's; either may be empty. */
  readonly "device-lost/gpu": { readonly reason: string; readonly message: string };
  readonly "out-of-memory/gpu": { readonly wanted: GpuAllocation };
  /** One buffer is larger than the device makes; `buffer` is its label. */
  readonly "out-of-memory/buffer": {
    readonly buffer: string;
    readonly bytes: number;
    readonly maxBufferBytes: number;
  };
  /** A kernel would read more at once than the device binds: a tensor, or where null an intermediate result. */
  readonly "out-of-memory/binding": {
    readonly tensor: string | null;
    readonly bytes: number;
    readonly maxBindingBytes: number;
  };
  /** The trained parameters together are more than the device binds. */
  readonly "out-of-memory/parameters": { readonly bytes: number; readonly maxBindingBytes: number };
  /** The fewest rows that a matrix can be cut into are more than the device binds. */
  readonly "model/rows-exceed-binding": {
    readonly tensor: string;
    readonly rows: number;
    readonly bytes: number;
    readonly maxBindingBytes: number;
  };
  /** A tensor holds a number that is not finite. */
  readonly "model/not-finite": { readonly tensor: string };
  readonly "model/element-type": { readonly tensor: string; readonly dtype: string };
  readonly "model/tensor-shape": {
    readonly tensor: string;
    readonly found: readonly number[];
    readonly expected: readonly number[];
  };
  /** Loss or gradient are not finite. */
  readonly diverged: { readonly step: number; readonly loss: number; readonly gradNorm: number };
  readonly "config/empty-prompt": object;
  readonly "config/conversation-too-long": { readonly tokens: number; readonly maxTokens: number };
}
