export type DType = "f32" | "u32" | "i32";

/** Shape and element type; every dtype is four bytes wide. Dimensions are row-major. */
export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * Where a value's bytes live.
 * - `temp`: in a slot of the program, for as long as the plan needs it
 * - `input`: written by the host before each run
 * - `constant`: frozen, by name in the weight store (norm weights, biases, tables)
 * - `parameter` / `gradient`: by name in the adapter's flat buffers
 * - `state`: by name, outlives a run (KV cache, metrics)
 */
export type Storage = "temp" | "input" | "constant" | "parameter" | "gradient" | "state";

/** What a value knows of the node that computes it; the graph holds the rest by the node's id. */
export interface Producer {
  readonly id: number;
  readonly outputs: readonly Value[];
  /** The value whose bytes output 0 takes over and adds to (or writes within); null otherwise. */
  into: Value | null;
}

/** One tensor of a graph. */
export interface Value {
  readonly id: number;
  readonly name: string;
  readonly type: TensorType;
  readonly storage: Storage;
  /** The node that computes it; null unless `temp`. */
  readonly producer: Producer | null;
  /** The value whose bytes this one shares from the first element on (a reshape), or null. */
  readonly viewOf: Value | null;
  /** True when a trainable parameter can be reached from it. */
  readonly requiresGrad: boolean;
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes that a type takes. */
export function byteSize(type: TensorType): number {
  return 4 * elementCount(type.shape);
}

/** The value that `value` is a view of (itself when it is none). */
export function storageRoot(value: Value): Value {
  return value.viewOf ? storageRoot(value.viewOf) : value;
}

/** The value that owns the bytes of `value`: through views, and through nodes that add into another value. */
export function bytesOwner(value: Value): Value {
  if (value.viewOf) return bytesOwner(value.viewOf);
  const producer = value.producer;
  if (producer?.into && producer.outputs[0] === value) return bytesOwner(producer.into);
  return value;
}

/** A shape as people read it: "[2, 16, 64]". */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, index) => size === b[index]);
}

/** Shorthand for an f32 type. */
export function f32(...shape: number[]): TensorType {
  return { shape, dtype: "f32" };
}

/** Shorthand for a u32 type. */
export function u32(...shape: number[]): TensorType {
  return { shape, dtype: "u32" };
}
