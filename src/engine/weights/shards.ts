import { LuthierError } from "../../lib/errors";
import type { WeightShard } from "../graph/op";

/**
 * Shards start at multiples of this many rows, so that the matching range of activations can be bound (256-byte
 * alignment).
 */
const ROW_ALIGNMENT = 64;

/** A matrix to shard; `bytesOf` returns the GPU size of its first rows. */
export interface MatrixToShard {
  readonly name: string;
  readonly rows: number;
  /** Row granularity of a shard (a power of two). */
  readonly unitRows: number;
  bytesOf(rows: number): number;
}

/** Splits a matrix into consecutive row ranges that each fit one binding. Errors when the smallest range does not. */
export function shardRows(matrix: MatrixToShard, maxBytes: number): WeightShard[] {
  const { name, rows, unitRows, bytesOf } = matrix;
  if (bytesOf(rows) <= maxBytes) return [{ rowStart: 0, rows }];
  const step = Math.max(ROW_ALIGNMENT, unitRows);
  const most = Math.floor(maxBytes / bytesOf(step)) * step;
  if (most === 0) {
    throw new LuthierError({
      code: "model/rows-exceed-binding",
      tensor: name,
      rows: step,
      bytes: bytesOf(step),
      maxBindingBytes: maxBytes,
    });
  }
  const shards: WeightShard[] = [];
  for (let rowStart = 0; rowStart < rows; rowStart += most) {
    shards.push({ rowStart, rows: Math.min(most, rows - rowStart) });
  }
  return shards;
}
