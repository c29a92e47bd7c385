import type { WeightRef } from "../graph/op";
import { shardRows } from "./shards";
import { packedBytes, storageLayout, unitRows } from "./storage-layout";
import type { TensorDtype } from "./tensor-source";

/** What a graph has to know of frozen weights; their bytes may be on a GPU or nowhere yet. */
export interface WeightShapes {
  /** The frozen matrix of that name; its absence is a bug of the family file. */
  matrix(name: string): WeightRef;
  /** Number of elements of a frozen vector. */
  vectorLength(name: string): number;
  /** Bytes of all of them on the GPU. */
  readonly sizeBytes: number;
}

/** A matrix as the GPU is to hold it: in its stored precision, in row shards that each fit one binding. */
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

/** Bytes of each shard's buffer; GPU buffers come in whole words. */
export function shardBytes({ columns, shards }: WeightRef, dtype: TensorDtype): number[] {
  return shards.map(({ rows }) => packedBytes(dtype, rows * columns));
}
