import { product } from "../../lib/numbers";
export type DType = "f32" | "u32" | "i32";

/** Shape and element type; every dtype is four bytes wide. Dimensions are row-major. */
export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * Where a value's bytes live.
 * - `temp`: in a slot of the program, for the lifetime computed by the plan
 * - `input`: written by the host before each run
 * - `constant`: frozen, by name in the weight store (norm weights, biases, tables)
 * - `parameter` / `gradient`: by name in the adapter's flat buffers
 * - `state`: by name, persists across runs (KV cache, metrics)
 */
export type Storage = "temp" | "input" | "constant" | "parameter" | "gradient" | "state";

/** The part of a node visible from its output values; the graph has the node by id. */
export interface Producer {
  readonly id: number;
  readonly outputs: readonly Value[];
  /** The value that output 0 aliases and accumulates into (or partially overwrites), or null. */
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
  /** The value this one is a view (reshape) of, or null. */
  readonly viewOf: Value | null;
  /** True when it depends on a trainable parameter. */
  readonly requiresGrad: boolean;
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return product(shape);
}

/** Size of a type in bytes. */
export function byteSize(type: TensorType): number {
  return 4 * elementCount(type.shape);
}

/** The root of a chain of views; `value` itself if it is none. */
export function storageRoot(value: Value): Value {
  return value.viewOf ? storageRoot(value.viewOf) : value;
}

/** The value that owns the storage, through views and in-place accumulation. */
export function bytesOwner(value: Value): Value {
  if (value.viewOf) return bytesOwner(value.viewOf);
  const producer = value.producer;
  if (producer?.into && producer.outputs[0] === value) return bytesOwner(producer.into);
  return value;
}

/** Formats a shape: "[2, 16, 64]". */
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
