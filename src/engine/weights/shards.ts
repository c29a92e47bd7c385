import { LuthierError } from "../../lib/errors";
import type { WeightShard } from "../graph/op";

/** Row ranges start at multiples of this, so that a stretch of activations over them can be bound on its own. */
const ROW_ALIGNMENT = 64;

/** A matrix to cut; `bytesOf` tells what its first rows take on the GPU. */
export interface MatrixToCut {
  readonly name: string;
  readonly rows: number;
  /** The fewest rows between which it can be cut (a power of two). */
  readonly unitRows: number;
  bytesOf(rows: number): number;
}

/** Cuts a matrix into consecutive row ranges that each fit one binding. Errors when not even the fewest rows do. */
export function shardRows(matrix: MatrixToCut, maxBytes: number): WeightShard[] {
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
