import type { WeightRef } from "../graph/op";
import { shardRows } from "./shards";
import { packedBytes, storageLayout, unitRows } from "./storage-layout";
import type { TensorDtype } from "./tensor-source";

/** Shapes of the frozen weights, sufficient to build and plan a graph; the data need not be loaded. */
export interface WeightShapes {
  /** The frozen matrix of that name. A missing one is a bug in the model family. */
  matrix(name: string): WeightRef;
  /** Number of elements of a frozen vector. */
  vectorLength(name: string): number;
  /** Total GPU size in bytes. */
  readonly sizeBytes: number;
}

/** Describes a matrix in its stored precision, sharded by rows so that each shard fits one binding. */
export function matrixRef(
  name: string,
  rows: number,
  columns: number,
  dtype: TensorDtype,
  maxBindingBytes: number,
): WeightRef {
  const bytesOf = (count: number): number => packedBytes(dtype, count * columns);
  const shards = shardRows({ name, rows, unitRows: unitRows(dtype, columns), bytesOf }, maxBindingBytes);
  return { name, rows, columns, kind: storageLayout(dtype).kind, shards };
}

/** Buffer size of each shard, in whole words. */
export function shardBytes({ columns, shards }: WeightRef, dtype: TensorDtype): number[] {
  return shards.map(({ rows }) => packedBytes(dtype, rows * columns));
}
