import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { type StorageKind, storageKinds } from "../../../src/engine/graph/op";
import { f32, u32, type Value } from "../../../src/engine/graph/value";
import { embedding } from "../../../src/engine/ops/embedding";
import {
  embeddingBackward,
  embeddingTrainable,
  idOccurrences,
} from "../../../src/engine/ops/embedding-trainable";
import { gatherRows } from "../../../src/engine/ops/gather-rows";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { runGraph } from "../run-graph";
import { storedMatrix, type StoredMatrix } from "../stored-matrix";
import { opCase, type RegisteredCase } from "./case";

const PADDING = 0xffffffff;

/** Gathers rows of a table; out-of-range rows are zeros. */
function pickRows(table: Float64Array, width: number, rows: readonly number[]): Float64Array {
  const zeros = new Float64Array(width);
  const pick = (row: number): Float64Array =>
    row * width < table.length ? table.subarray(row * width, (row + 1) * width) : zeros;
  return Float64Array.from(rows.flatMap((row) => [...pick(row)]));
}

const gather = (rows: number, width: number, places: readonly number[]): RegisteredCase =>
  opCase({
    name: `gatherRows ${places.length} of ${rows}x${width}`,
    op: gatherRows,
    attrs: {},
    inputs: [
      { type: f32(rows, width), grad: true },
      { type: u32(places.length), data: Uint32Array.from(places) },
    ],
    reference: ([x]) => [pickRows(x!, width, places)],
  });

/** Ids may repeat, and out-of-range ids yield zeros; the gradient sums over repeats. */
const trainable = (rows: number, width: number, ids: readonly number[]): RegisteredCase =>
  opCase({
    name: `embeddingTrainable ${ids.length} of ${rows}x${width}`,
    op: embeddingTrainable,
    attrs: {},
    inputs: [
      { type: u32(ids.length), data: Uint32Array.from(ids) },
      { type: f32(rows, width), grad: true },
    ],
    reference: ([, table]) => [pickRows(table!, width, ids)],
  });

/** The gradient of every row but the padding row. */
function gradientButPadding(
  [rows, width]: readonly [number, number],
  ids: readonly number[],
  paddingRow: number,
): RegisteredCase {
  const name = `embeddingBackward to ${rows}x${width} without row ${paddingRow}`;
  const trace = (): { graph: Graph; gradient: Value } => {
    const graph = new Graph();
    const places = graph.input("ids", u32(ids.length));
    const dy = graph.input("dy", f32(ids.length, width));
    const occurrences = graph.apply(idOccurrences, [places], {});
    return {
      graph,
      gradient: graph.apply(embeddingBackward, [dy, places, occurrences], { rows, paddingRow }),
    };
  };
  const check = async (gpu: Gpu): Promise<void> => {
    const { graph, gradient } = trace();
    const dy = normal(ids.length * width, 7);
    const leaves = { ids: Uint32Array.from(ids), dy };
    const got = await runGraph(gpu, graph, { gradient }, { leaves });
    const expected = new Float64Array(rows * width);
    ids.forEach((id, place) => {
      if (id === paddingRow) return;
      for (let i = 0; i < width; i++) expected[id * width + i]! += dy[place * width + i]!;
    });
    expectClose(got.gradient!, expected, 1e-6, name);
  };
  return { name, trace: () => trace().graph, check };
}

function lookup(
  kind: StorageKind,
  [rows, columns, shardRows]: readonly [number, number, number],
  ids: readonly number[],
): RegisteredCase {
  const scale = 1.5;
  const trace = (matrix: StoredMatrix): { graph: Graph; y: Value } => {
    const graph = new Graph();
    const y = graph.apply(embedding, [graph.input("ids", u32(ids.length))], { weight: matrix.ref, scale });
    return { graph, y };
  };
  const name = `embedding ${kind} ${rows}x${columns} in shards of ${shardRows}`;
  const check = async (gpu: Gpu): Promise<void> => {
    const matrix = storedMatrix(rows, columns, kind, shardRows);
    const { graph, y } = trace(matrix);
    const leaves = { ids: Uint32Array.from(ids) };
    const got = await runGraph(gpu, graph, { y }, { leaves, weights: { weight: matrix } });
    const expected = ids.flatMap((id) =>
      [...matrix.values.subarray(id * columns, (id + 1) * columns)].map((value) => scale * value),
    );
    // NF4 values use all f32 mantissa bits, so that products round; its scales follow a formula to 1.5e-7.
    expectClose(got.y!, expected, kind.startsWith("nf4") ? 3e-7 : 0, name);
  };
  return { name, trace: () => trace(storedMatrix(rows, columns, kind, shardRows)).graph, check };
}

export const embedCases: readonly RegisteredCase[] = [
  gather(1, 1, [0]),
  gather(5, 7, [3, PADDING, 0, 4]),
  gather(6, 8, [PADDING, 5, 1]),
  gather(3, 4, [PADDING]),
  trainable(1, 1, [0]),
  gradientButPadding([5, 7], [3, 0, 3, 2, 2, 4, 0], 2),
  gradientButPadding([5, 8], [0, 3, 0], 0),
  trainable(5, 7, [3, 0, 3, PADDING, 3, 4, 0]),
  trainable(
    4,
    72,
    Array.from({ length: 70 }, (_, i) => (i * i) % 6),
  ),
  ...storageKinds.flatMap((kind) => [
    lookup(kind, [1, 1, 1], [0]),
    lookup(kind, [7, 13, 7], [6, 0, 3, 3]),
    lookup(kind, [7, 13, 2], [6, 0, 3, 3, 2]),
    lookup(kind, [9, 260, 4], [8, 0, 4, 3, 3]),
  ]),
];
