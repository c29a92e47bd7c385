import type { StorageKind, WeightRef, WeightShard } from "../../src/engine/graph/op";
import { storedNumbers } from "./stored-numbers";

/** A frozen test matrix: its reference, the bytes of each shard, and the values they encode. */
export interface StoredMatrix {
  readonly ref: WeightRef;
  readonly shards: readonly ArrayBuffer[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** Seeded numbers exactly representable in the kind, in shards of `shardRows` rows. */
export function storedMatrix(
  rows: number,
  columns: number,
  kind: StorageKind = "f32",
  shardRows = rows,
): StoredMatrix {
  const ranges: WeightShard[] = [];
  for (let rowStart = 0; rowStart < rows; rowStart += shardRows) {
    ranges.push({ rowStart, rows: Math.min(shardRows, rows - rowStart) });
  }
  const parts = ranges.map((range) => storedNumbers(kind, range.rows * columns, rows + range.rowStart));
  const values = new Float32Array(rows * columns);
  parts.forEach((part, index) => values.set(part.values, ranges[index]!.rowStart * columns));
  const shards = parts.map(({ bytes }) => bytes);
  return { ref: { name: "weight", rows, columns, kind, shards: ranges }, shards, values };
}
