/** Purpose of a GPU allocation. */
export type GpuAllocation =
  | { readonly kind: "weights"; readonly bytes: number }
  | { readonly kind: "merged-weights" | "training" | "answer-cache" | "tuning" | "step" };

/** Why a kernel is unavailable. */
export type CompileFault =
  /** `message` is from the compiler. */
  | { readonly kind: "refused"; readonly message: string }
  /** It crashed the device in an earlier session and is not retried. */
  | { readonly kind: "took-gpu-down" };

/** Problems with the GPU, weights, training and generation. */
export interface EngineProblems {
  readonly "gpu/no-adapter": object;
  /** `reason` is from the browser. */
  readonly "gpu/command-refused": { readonly reason: string };
  readonly "gpu/no-result": object;
  readonly "gpu/kernel-not-compiled": { readonly kernel: string; readonly fault: CompileFault };
  /** `reason` and `message` are from the browser; either may be empty. */
  readonly "device-lost/gpu": { readonly reason: string; readonly message: string };
  readonly "out-of-memory/gpu": { readonly wanted: GpuAllocation };
  /** A buffer exceeds the device's limit; `buffer` is its label. */
  readonly "out-of-memory/buffer": {
    readonly buffer: string;
    readonly bytes: number;
    readonly maxBufferBytes: number;
  };
  /** A binding exceeds the device's limit: of a tensor, or null for an intermediate result. */
  readonly "out-of-memory/binding": {
    readonly tensor: string | null;
    readonly bytes: number;
    readonly maxBindingBytes: number;
  };
  /** The flat parameter buffer exceeds the device's binding limit. */
  readonly "out-of-memory/parameters": { readonly bytes: number; readonly maxBindingBytes: number };
  /** The smallest row shard of a matrix exceeds the device's binding limit. */
  readonly "model/rows-exceed-binding": {
    readonly tensor: string;
    readonly rows: number;
    readonly bytes: number;
    readonly maxBindingBytes: number;
  };
  /** A tensor contains a non-finite number. */
  readonly "model/not-finite": { readonly tensor: string };
  readonly "model/element-type": { readonly tensor: string; readonly dtype: string };
  readonly "model/tensor-shape": {
    readonly tensor: string;
    readonly found: readonly number[];
    readonly expected: readonly number[];
  };
  /** Loss or gradient is not finite. */
  readonly diverged: { readonly step: number; readonly loss: number; readonly gradNorm: number };
  readonly "config/empty-prompt": object;
  readonly "config/conversation-too-long": { readonly tokens: number; readonly maxTokens: number };
}
