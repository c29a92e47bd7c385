import type { Grid, Kernel, ParamValues } from "../gpu/kernel";
import type { TensorType, Value } from "./value";

/** A frozen matrix (rows, columns). Its bytes are in the weight store under its name. */
export interface WeightRef {
  /** Hugging Face tensor name: "model.layers.0.self_attn.q_proj.weight". */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly kind: StorageKind;
  /** Consecutive row ranges, one GPU buffer per shard. */
  readonly shards: readonly WeightShard[];
}

export interface WeightShard {
  readonly rowStart: number;
  readonly rows: number;
}

/** GPU storage formats of frozen matrices; kernels dequantise with the libraries of `kernels/storage.ts`. */
export const storageKinds = [
  "f32",
  "f16",
  "bf16",
  "q4_0",
  "q4_1",
  "q5_0",
  "q5_1",
  "q8_0",
  "q2_k",
  "q3_k",
  "q4_k",
  "q5_k",
  "q6_k",
  "iq4_nl",
  "iq4_xs",
  "mxfp4",
  "nf4",
  "nf4_double",
  "nf4_256",
  "nf4_256_double",
] as const;

export type StorageKind = (typeof storageKinds)[number];

/** What a storage binding refers to: a value, a range of one, or a shard of a frozen matrix. */
export type Operand = Value | ValueRange | { readonly weight: WeightRef; readonly shard: number };

/** Elements `first` … `first + count` of a value; `first` is a multiple of 64 (WebGPU's 256-byte binding alignment). */
export interface ValueRange {
  readonly value: Value;
  readonly first: number;
  readonly count: number;
}

/** A dispatch whose operands are not yet bound to buffers. */
export interface KernelCall {
  readonly kernel: Kernel;
  readonly params: ParamValues;
  /** One operand per kernel binding. */
  readonly operands: readonly Operand[];
  readonly grid: Grid;
  /** FLOPs, used to size submits and estimate time. Omitted for small kernels. */
  readonly flops?: number;
  /** What the GPU executes, if it differs from `flops`; predicts the time on cards that are not at hand. */
  readonly work?: KernelWork;
  /** The fraction that this is of a split call. */
  readonly fraction?: number;
  /** How to split a call that is too long for one dispatch; see `graph/split-call.ts`. */
  readonly split?: {
    /** The grid axis to split. */
    readonly axis: 0 | 1 | 2;
    /** The param that receives the first workgroup of the part; 0 in the whole call. */
    readonly param: string;
  };
}

/** What a GPU executes in a call. */
export interface KernelWork {
  /** FLOPs, including those of partial tiles. */
  readonly flops: number;
  /** Bytes that invocations read from workgroup memory. */
  readonly sharedBytes: number;
}

/** One of several interchangeable ways to compute something. */
export interface Variant {
  readonly id: string;
  readonly kernels: readonly Kernel[];
  /** Its calls, in order; `scratch` makes temporary values as in {@link LowerContext}. */
  calls(scratch: (type: TensorType) => Value): readonly KernelCall[];
}

/** A set of variants to choose the fastest of. */
export interface TuningProblem {
  /** Identifies the work and every size that affects its duration; choices are cached under it. */
  readonly key: string;
  /** Amount of work: FLOPs, or bytes if memory-bound. */
  readonly work: number;
  readonly variants: readonly Variant[];
  /**
   * Words repeated to fill an operand of the first call, by index; others are zero-filled, where the timing does not depend on
   * them.
   */
  readonly contents?: Readonly<Record<number, readonly number[]>>;
}

/** Context of {@link Op.lower}. */
export interface LowerContext<A> {
  readonly attrs: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** True when output 0 already holds a value to accumulate into (see {@link Op.accumulates}). */
  readonly accumulate: boolean;
  readonly tuning: Tuning;
  dispatch(call: KernelCall): void;
  /** A temporary private to this node's calls; the same type returns the same value. Contents are uninitialised. */
  scratch(type: TensorType): Value;
}

/** Chooses among kernel variants; choices are measured once per GPU and shape. */
export interface Tuning {
  /** True on software GPUs. */
  readonly software: boolean;
  has(feature: GPUFeatureName): boolean;
  /** Id of the variant to use, or null if none was measured. */
  choice(problem: TuningProblem): string | null;
  /** Maximum FLOPs per dispatch; defaults to the limit in `graph/split-call.ts`. */
  readonly maxDispatchFlops?: number;
  /** Whether a kernel is known not to compile on this device. */
  isBroken?(kernel: Kernel): boolean;
}

/** The part of the graph visible to ops' `vjp`. */
export interface GraphBuilder {
  /** Applies a single-output op. */
  apply<A>(op: Op<A>, inputs: readonly Value[], attrs: A): Value;
  /** Applies an op and returns all its outputs. */
  applyAll<A>(op: Op<A>, inputs: readonly Value[], attrs: A): readonly Value[];
  /** Applies an accumulating op in place: output 0 aliases `into` and adds to it. */
  applyInto<A>(op: Op<A>, inputs: readonly Value[], attrs: A, into: Value): Value;
  /** A view with another shape of equal element count; no kernel runs. */
  reshape(value: Value, ...shape: number[]): Value;
}

/** Context of {@link Op.vjp}: the forward node's values and its upstream gradients. */
export interface VjpContext<A> {
  readonly graph: GraphBuilder;
  readonly attrs: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Upstream gradient of each output, or null. */
  readonly gradOutputs: readonly (Value | null)[];
  /** Which inputs require a gradient; return null for the others. */
  readonly needs: readonly boolean[];
}

/** A graph operation. See "Add an op" in ARCHITECTURE.md. */
export interface Op<A> {
  readonly name: string;
  /** Infers the output types. Errors name the op and both shapes. */
  infer(inputs: readonly TensorType[], attrs: A): readonly TensorType[];
  /** Vector-Jacobian product: input gradients in terms of other ops. Absent for inference-only ops. */
  vjp?(context: VjpContext<A>): readonly (Value | null)[];
  /** Emits the kernel calls. */
  lower(context: LowerContext<A>): void;
  /** True when the op writes to something other than its outputs, so it is never eliminated as dead. */
  readonly effect?: boolean;
  /** True when `lower` can accumulate into (or partially overwrite) the existing contents of output 0. */
  readonly accumulates?: boolean;
}
