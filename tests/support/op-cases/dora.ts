import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { type StorageKind, storageKinds } from "../../../src/engine/graph/op";
import { f32, type Value } from "../../../src/engine/graph/value";
import { doraGain } from "../../../src/engine/ops/dora-gain";
import { rowSquares } from "../../../src/engine/ops/row-squares";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { fixedTuning, runGraph } from "../run-graph";
import { storedMatrix, type StoredMatrix } from "../stored-matrix";
import { opCase, type RegisteredCase, type Variants, variantTuning } from "./case";

function squares(
  kind: StorageKind,
  [rows, columns, shardRows]: readonly [number, number, number],
  variants?: Variants,
): RegisteredCase {
  const trace = (matrix: StoredMatrix): { graph: Graph; y: Value } => {
    const graph = new Graph();
    return { graph, y: graph.apply(rowSquares, [], { weight: matrix.ref }) };
  };
  const name = `rowSquares ${kind} ${rows}x${columns} in shards of ${shardRows} ${variants ?? ""}`;
  const check = async (gpu: Gpu): Promise<void> => {
    const matrix = storedMatrix(rows, columns, kind, shardRows);
    const { graph, y } = trace(matrix);
    const tuning = variants ? variantTuning(gpu, variants) : fixedTuning(gpu);
    const got = await runGraph(gpu, graph, { y }, { leaves: {}, weights: { weight: matrix } }, tuning);
    const expected = Array.from({ length: rows }, (_, row) =>
      matrix.values.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value ** 2, 0),
    );
    expectClose(got.y!, expected, 1e-6, name);
  };
  return { name, trace: () => trace(storedMatrix(rows, columns, kind, shardRows)).graph, check };
}

/** |W|² exceeds what the other terms can subtract, as for any squared norm. */
const gain = (rows: number, rank: number): RegisteredCase => {
  const scale = 0.7;
  return opCase({
    name: `doraGain ${rows} rows of rank ${rank}`,
    op: doraGain,
    attrs: { scale },
    inputs: [
      { type: f32(rows), grad: true },
      { type: f32(rows), data: normal(rows, 5).map((value) => 200 + value) },
      { type: f32(rank, rows) },
      { type: f32(rows, rank) },
      { type: f32(rows, rank) },
    ],
    reference: ([magnitude, lengths, crossed, b, spread]) => {
      const inverse = magnitude!.map((_, i) => {
        let sum = lengths![i]!;
        for (let k = 0; k < rank; k++) {
          const at = i * rank + k;
          sum += scale * b![at]! * (2 * crossed![k * rows + i]! + scale * spread![at]!);
        }
        return 1 / Math.sqrt(sum);
      });
      return [magnitude!.map((m, i) => m * inverse[i]!), inverse];
    },
  });
};

export const doraCases: readonly RegisteredCase[] = [
  ...storageKinds.flatMap((kind) => [squares(kind, [7, 13, 2]), squares(kind, [9, 260, 4])]),
  squares("f32", [3, 132, 3], "barriers"),
  squares("f16", [3, 300, 3], "gpu"),
  gain(1, 1),
  gain(70, 3),
];
