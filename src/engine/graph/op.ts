import type { Grid, Kernel, ParamValues } from "../gpu/kernel";
import type { TensorType, Value } from "./value";

/** A frozen matrix (rows, columns) as the graph sees it; its bytes are in the weight store under its name. */
export interface WeightRef {
  /** Hugging Face tensor name: "model.layers.0.self_attn.q_proj.weight". */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly kind: StorageKind;
  /** Consecutive row ranges, one GPU buffer each. */
  readonly shards: readonly WeightShard[];
}

export interface WeightShard {
  readonly rowStart: number;
  readonly rows: number;
}

/** How a frozen matrix may be stored on the GPU; kernels widen it with the libraries of `kernels/storage.ts`. */
export const storageKinds = [
  "f32",
  "f16",
  "bf16",
  "q4_0",
  "q4_1",
  "q5_0",
  "q5_1",
  "q8_0",
  "q4_k",
  "q5_k",
  "q6_k",
  "nf4",
  "nf4_double",
  "nf4_256",
  "nf4_256_double",
] as const;

export type StorageKind = (typeof storageKinds)[number];

/** What a kernel's storage binding is bound to: a value, a stretch of one, or a shard of a frozen matrix. */
export type Operand = Value | ValueRange | { readonly weight: WeightRef; readonly shard: number };

/** Elements `first` … `first + count` of a value; `first` is a multiple of 64 (WebGPU aligns bindings to 256 bytes). */
export interface ValueRange {
  readonly value: Value;
  readonly first: number;
  readonly count: number;
}

/** One dispatch, before it has buffers. */
export interface KernelCall {
  readonly kernel: Kernel;
  readonly params: ParamValues;
  /** One operand for each of the kernel's bindings. */
  readonly operands: readonly Operand[];
  readonly grid: Grid;
  /** Multiply-adds counted twice; slices submits and estimates time. Small kernels leave it out. */
  readonly flops?: number;
  /** How a call that is too long for one dispatch is cut into several; see `graph/cut.ts`. */
  readonly cut?: {
    /** The axis of the grid that is cut. */
    readonly axis: 0 | 1 | 2;
    /** The param that tells the kernel the first workgroup of its part; 0 in the whole call. */
    readonly param: string;
  };
}

/** One of several kernels that do the same work. */
export interface Variant {
  readonly id: string;
  readonly call: KernelCall;
}

/** What a tuner is asked: which of these is the fastest? */
export interface TuningProblem {
  /** Names the work and all sizes that bear on its time; choices are kept by it. */
  readonly key: string;
  /** How much there is to win: multiply-adds counted twice, or bytes where memory bounds it. */
  readonly work: number;
  readonly variants: readonly Variant[];
  /** Words that fill an operand, over and over, by its index; the others are zeros, where the time depends on none. */
  readonly contents?: Readonly<Record<number, readonly number[]>>;
}

/** What `lower` may use. */
export interface LowerContext<A> {
  readonly attrs: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** True when output 0 already holds a value that the op must add to (see {@link Op.accumulates}). */
  readonly accumulate: boolean;
  readonly tuning: Tuning;
  dispatch(call: KernelCall): void;
  /** Room that only this node's calls use, the same one for the same type; it holds whatever lay there before. */
  scratch(type: TensorType): Value;
}

/** Chooses among variants of a kernel; an engine measures them once per GPU and shape. */
export interface Tuning {
  /** True on software GPUs. */
  readonly software: boolean;
  has(feature: GPUFeatureName): boolean;
  /** The id of the variant to use for a problem, or null when none was measured. */
  choice(problem: TuningProblem): string | null;
  /** Multiply-adds, counted twice, of a dispatch at most; absent for the usual bound of `graph/cut.ts`. */
  readonly maxDispatchFlops?: number;
  /** Whether a kernel is known not to compile on this device; absent where none is. */
  isBroken?(kernel: Kernel): boolean;
}

/** What an op's backward adds nodes with: the graph, as far as ops know it. */
export interface GraphBuilder {
  /** Applies an op that has one output. */
  apply<A>(op: Op<A>, inputs: readonly Value[], attrs: A): Value;
  /** Applies an op and returns all its outputs. */
  applyAll<A>(op: Op<A>, inputs: readonly Value[], attrs: A): readonly Value[];
  /** Applies an accumulating op whose output 0 takes over the bytes of `into` and adds to them. */
  applyInto<A>(op: Op<A>, inputs: readonly Value[], attrs: A, into: Value): Value;
  /** The same bytes under another shape of equally many elements; no kernel runs. */
  reshape(value: Value, ...shape: number[]): Value;
}

/** What `vjp` may use: all that the forward node knows, and the gradients of its outputs. */
export interface VjpContext<A> {
  readonly graph: GraphBuilder;
  readonly attrs: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Gradient of each output, or null where none flows. */
  readonly gradOutputs: readonly (Value | null)[];
  /** Which inputs need a gradient; leave the others null. */
  readonly needs: readonly boolean[];
}

/** An operation of the graph; "Add an op" in ARCHITECTURE.md says what belongs to one. */
export interface Op<A> {
  readonly name: string;
  /** Every kernel that `lower` may dispatch; of one that is compiled for a size, one for each kind of size. */
  readonly kernels: readonly Kernel[];
  /** Types of the outputs. Errors name the op and both shapes. */
  infer(inputs: readonly TensorType[], attrs: A): readonly TensorType[];
  /** Gradients for each input in terms of other ops; absent for ops that only run without gradients. */
  vjp?(context: VjpContext<A>): readonly (Value | null)[];
  /** Emits the kernel calls. */
  lower(context: LowerContext<A>): void;
  /** True when the op writes something besides its outputs, so that it must run though nobody reads them. */
  readonly effect?: boolean;
  /** True when `lower` can add its result to what output 0 already holds instead of overwriting it, or write within. */
  readonly accumulates?: boolean;
}
