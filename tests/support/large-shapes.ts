import { differentiate } from "../../src/engine/transform/autodiff";
import { Graph } from "../../src/engine/graph/graph";
import { type StorageKind, storageKinds, type WeightRef } from "../../src/engine/graph/op";
import { f32, u32, type Value } from "../../src/engine/graph/value";
import { attention } from "../../src/engine/ops/attention";
import { linear } from "../../src/engine/ops/linear";
import { matmul } from "../../src/engine/ops/matmul";

/** Rows and columns of a product with enough tiles for the largest ones. */
const MANY_TILES = 512;

/**
 * Graphs for shapes that select kernels the op cases are too small for. They are lowered, not run: the variants run at
 * smaller sizes in tests/gpu/matmul.test.ts and tests/gpu/ops/attention.test.ts.
 */
export function traceLargeShapes(): readonly Graph[] {
  // Head dimensions of models, and one that is not divisible by four.
  return [
    largeMatmul(),
    ...storageKinds.map(largeLinear),
    ...[64, 6].flatMap((width) =>
      [false, true].flatMap((drops) => [
        traceAttention(width, false, drops),
        traceAttention(width, true, drops),
      ]),
    ),
  ];
}

/** Forward nt, backward nn and tn. */
function largeMatmul(): Graph {
  const graph = new Graph();
  const type = f32(MANY_TILES, MANY_TILES);
  const y = graph.apply(matmul, [graph.parameter("a", type), graph.parameter("b", type)], {
    form: "nt",
    alpha: 1,
  });
  differentiate(graph, y, graph.input("dy", y.type));
  return graph;
}

function largeLinear(kind: StorageKind): Graph {
  const graph = new Graph();
  const size = { rows: MANY_TILES, columns: MANY_TILES };
  const weight: WeightRef = { ...size, name: "weight", kind, shards: [{ rowStart: 0, rows: MANY_TILES }] };
  const x = graph.parameter("x", f32(MANY_TILES, MANY_TILES));
  const y = graph.apply(linear, [x], { weight, transposed: false });
  differentiate(graph, y, graph.input("dy", y.type));
  return graph;
}

/** Attention and its gradients for heads of `width`, with or without a relative position bias and dropout. */
export function traceAttention(width: number, hasBias: boolean, drops: boolean): Graph {
  const graph = new Graph();
  const [rows, heads, reach] = [64, 2, 128];
  const tensors = ["q", "k", "v"].map((name) => graph.parameter(name, f32(1, rows, heads, width)));
  const ranges = ["key_start", "key_end"].map((name) => graph.input(name, u32(rows)));
  const bias = hasBias ? [graph.parameter("bias", f32(2 * reach + 1, heads))] : [];
  const seed = drops ? [graph.constant("seed", f32(2 + (hasBias ? (2 * reach + 1) * heads : 0)))] : [];
  const attrs = {
    scale: 1,
    prefix: 0,
    ...(hasBias && { distancesFrom: "last-key" as const }),
    ...(drops && { dropout: 0.1 }),
  };
  const [y] = graph.applyAll(attention, [...tensors, ...ranges, ...bias, ...seed], attrs) as [Value];
  differentiate(graph, y, graph.input("dy", y.type));
  return graph;
}
