import { beforeAll, describe, expect, test } from "vitest";
import type { Gpu } from "../../../src/engine/gpu/device";
import { differentiate } from "../../../src/engine/transform/autodiff";
import { Graph } from "../../../src/engine/graph/graph";
import type { Tuning } from "../../../src/engine/graph/op";
import { elementCount, f32, u32, type Value } from "../../../src/engine/graph/value";
import { attention } from "../../../src/engine/ops/attention";
import type { AttentionVariant } from "../../../src/engine/ops/attention-kernels";
import { normal } from "../../support/check-op";
import { expectClose } from "../../support/compare";
import { sharedTestGpu } from "../../support/gpu";
import {
  type AttentionProblem,
  attentionGradientReference,
  attentionReference,
} from "../../support/reference/attention";
import { fixedTuning, runGraph } from "../../support/run-graph";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

/** The keys visible to query `i` of row `b`. */
type Mask = (b: number, i: number) => readonly [start: number, end: number];

const everything: Mask = () => [0, 1000];
const causal: Mask = (_, i) => [0, i + 1];
const window =
  (size: number): Mask =>
  (_, i) => [Math.max(0, i + 1 - size), i + 1];
/** Segments of `length` positions packed into one row. */
const packed =
  (length: number): Mask =>
  (_, i) => [Math.floor(i / length) * length, i + 1];
/** The first `b + 2` positions of row `b` are padding, which neither attends nor is attended to. */
const padded: Mask = (b, i) => (i < b + 2 ? [0, 0] : [b + 2, i + 1]);

interface Shape {
  readonly batch?: number;
  readonly queries: number;
  readonly keys?: number;
  readonly heads?: readonly [heads: number, kvHeads: number];
  readonly width?: number;
  readonly prefix?: number;
  readonly alibi?: boolean;
  /** Relative position biases up to REACH, and the origin of their distances. */
  readonly distancesFrom?: "row" | "last-key";
  readonly mask: Mask;
  readonly dropout?: number;
}

/** The dropout site's seed; the top bits of both halves are set. */
const SEED = 0xfedcba98;

/** Maximum distance with its own bias; many keys are farther away. */
const REACH = 2;

function problemOf(shape: Shape): AttentionProblem {
  const { batch = 2, queries, keys = queries, heads: [heads, kvHeads] = [4, 2], width = 8 } = shape;
  const { prefix = 0, mask } = shape;
  const ranges = Array.from({ length: batch * queries }, (_, n) =>
    mask(Math.floor(n / queries), n % queries),
  );
  const sizes = { batch, queries, keys, heads, kvHeads, width };
  const slopes = Array.from({ length: heads }, (_, h) => 2 ** -(h + 1));
  const byDistance = Array.from(normal((2 * REACH + 1) * heads, 9));
  return {
    ...sizes,
    scale: 1 / Math.sqrt(width),
    prefix,
    keyStart: ranges.map(([start]) => start),
    keyEnd: ranges.map(([, end]) => end),
    ...(shape.alibi ? { bias: slopes } : {}),
    ...(shape.dropout === undefined ? {} : { dropout: shape.dropout, seed: SEED }),
    ...(shape.distancesFrom ? { bias: byDistance, distancesFrom: shape.distancesFrom } : {}),
  };
}

type Triple = [q: Float64Array, k: Float64Array, v: Float64Array];

/** Selects `variant` wherever it supports the problem. */
function tuningFor(variant: AttentionVariant): Tuning {
  return { ...fixedTuning(gpu), choice: () => variant };
}

const VARIANTS: readonly AttentionVariant[] = ["tiled", "quad", "decode", "quad_decode", "four_decode"];

const SMALL: Record<string, Shape> = {
  "one position": { queries: 1, mask: causal },
  "causal, grouped": { queries: 7, mask: causal },
  "three heads on one": { queries: 3, heads: [3, 1], mask: causal },
  "a prefix of three": { queries: 5, keys: 8, prefix: 3, mask: (_, i) => [3, i + 4] },
  "a prefix and padding": { queries: 6, keys: 9, prefix: 3, mask: (b, i) => [3 + b, i + 4] },
  "padding sees nothing": { queries: 6, mask: padded },
  "sliding window": { batch: 1, queries: 9, heads: [1, 1], mask: window(3) },
  "packed segments": { queries: 8, mask: packed(3) },
  "linear biases": { queries: 5, alibi: true, mask: causal },
  "no mask, other keys": { queries: 4, keys: 11, mask: everything },
  "biases by distance to both sides": { queries: 7, distancesFrom: "row", mask: everything },
  "biases by distance behind a prefix": {
    queries: 4,
    keys: 12,
    prefix: 3,
    distancesFrom: "last-key",
    mask: (b, i) => [3, i + 5 + b],
  },
  "dropped, grouped": { queries: 7, dropout: 0.3, mask: causal },
  "dropped with linear biases behind a prefix": {
    queries: 5,
    keys: 8,
    prefix: 3,
    alibi: true,
    dropout: 0.5,
    mask: (_, i) => [3, i + 4],
  },
  "dropped with biases by distance": { queries: 7, distancesFrom: "row", dropout: 0.4, mask: everything },
  "dropped altogether": { queries: 3, dropout: 1, mask: causal },
};

const LARGE: Record<string, Shape> = {
  "a tile and one": { batch: 1, queries: 33, mask: causal },
  "two tiles and one": { queries: 65, heads: [3, 1], mask: causal },
  "less than a tile": { queries: 17, mask: causal },
  "windows across tiles": { batch: 1, queries: 100, heads: [2, 1], mask: window(20) },
  "segments across tiles": { queries: 70, heads: [2, 2], mask: packed(23) },
  "prefix, window and unseen keys": {
    batch: 1,
    queries: 40,
    keys: 150,
    prefix: 3,
    mask: (_, i) => [i + 60, i + 80],
  },
  "few queries, long cache with a hole": {
    queries: 3,
    keys: 700,
    prefix: 5,
    mask: (b, i) => [300 + b, 600 + i],
  },
  "biases by distance over tiles": { queries: 70, heads: [3, 1], distancesFrom: "row", mask: (b) => [b, 60] },
  "biases by distance in a cache": {
    queries: 3,
    keys: 300,
    distancesFrom: "last-key",
    mask: (_, i) => [0, 280 + i],
  },
  "dropped over tiles": { queries: 70, heads: [3, 1], dropout: 0.3, mask: packed(23) },
  "dropped with biases by distance over tiles": {
    queries: 70,
    heads: [3, 1],
    distancesFrom: "row",
    dropout: 0.3,
    mask: (b) => [b, 60],
  },
  "dropped in a cache": { queries: 3, keys: 300, dropout: 0.3, mask: (b, i) => [40 + b, 280 + i] },
  "linear biases over tiles": { batch: 1, queries: 40, heads: [3, 1], alibi: true, mask: padded },
};

// The reference's gradient is checked by finite differences, and the kernels' by the reference's.
test.each(Object.entries(SMALL))("the reference's gradient matches finite differences: %s", (_, shape) => {
  checkReference(problemOf({ ...shape, batch: 1, width: 2 }));
});

// Compilation dominates these tests, so they share a few head sizes.
describe.each(VARIANTS)("%s attention", (variant) => {
  test.each(Object.entries({ ...SMALL, ...LARGE }))("%s", async (_, shape) => {
    await checkAttention(problemOf({ width: 36, ...shape }), tuningFor(variant));
  });
});

test.each(["tiled", "quad"] as const)("%s attention cut into several dispatches", async (variant) => {
  const problem = problemOf({ queries: 70, heads: [2, 1], width: 36, mask: packed(23) });
  // A limit below one tile's work, so that each tile gets its own dispatch.
  await checkAttention(problem, { ...tuningFor(variant), maxDispatchFlops: 1 });
});

test.each([
  ["tiled", 5],
  ["decode", 5],
  ["quad", 20],
  ["quad_decode", 20],
  ["four_decode", 5],
] as const)("%s attention with heads of %i", async (variant, width) => {
  const problem = problemOf({ queries: 35, heads: [2, 1], width, mask: causal });
  await checkAttention(problem, tuningFor(variant));
});

test.each([
  ["decode", 67],
  ["decode", 256],
  ["quad_decode", 4],
  ["quad_decode", 256],
  ["four_decode", 67],
  ["four_decode", 256],
  ["quad", 64],
] as const)("%s attention forward with heads of %i", async (variant, width) => {
  const problem = problemOf({ queries: 3, keys: 300, width, mask: (_, i) => [0, 290 + i] });
  const { data, got } = await run(problem, tuningFor(variant), false);
  const [q, k, v] = [data.q, data.k, data.v].map((array) => Float64Array.from(array)) as Triple;
  expectClose(got.y!, attentionReference(problem, q, k, v)[0], 1e-5, "y");
});

// Gemma's head size, which the quad variants do not support.
test("heads of 256, grouped, with a window", async () => {
  await checkAttention(
    problemOf({ queries: 34, heads: [2, 1], width: 256, mask: window(20) }),
    fixedTuning(gpu),
  );
});

/** The op's outputs and gradients on seeded inputs, with those inputs. */
async function run(problem: AttentionProblem, tuning: Tuning, backward = true) {
  const { batch, queries, keys, heads, kvHeads, width, bias } = problem;
  const queryType = f32(batch, queries, heads, width);
  const keyType = f32(batch, keys, kvHeads, width);
  const data = {
    q: normal(elementCount(queryType.shape), 1),
    k: normal(elementCount(keyType.shape), 2),
    v: normal(elementCount(keyType.shape), 3),
    dy: normal(elementCount(queryType.shape), 4),
  };
  const graph = new Graph();
  const ranges = ["keyStart", "keyEnd"].map((range) => graph.input(range, u32(batch * queries)));
  const [q, k, v] = [
    graph.parameter("q", queryType),
    graph.parameter("k", keyType),
    graph.parameter("v", keyType),
  ] as const;
  const biasType = problem.distancesFrom ? f32((bias?.length ?? 0) / heads, heads) : f32(heads);
  // ALiBi slopes are constants; relative position biases are trained.
  const biasLeaf = problem.distancesFrom
    ? graph.parameter("bias", biasType)
    : graph.constant("bias", biasType);
  const seed = graph.constant("seed", f32(2 + (bias?.length ?? 0)));
  const dropped = problem.dropout === undefined ? [] : [seed];
  const inputs = [q, k, v, ...ranges, ...(bias ? [biasLeaf] : []), ...dropped];
  const [y, logsumexp] = graph.applyAll(attention, inputs, problem) as [Value, Value];
  if (backward) differentiate(graph, y, graph.input("dy", queryType));
  const [dq, dk, dv] = [q, k, v].map(({ name, type }) => graph.gradient(name, type)) as [Value, Value, Value];
  const forward: Record<string, Value> = { y, logsumexp };
  const wanted = backward ? { ...forward, dq, dk, dv } : forward;
  if (backward && problem.distancesFrom) wanted.dbias = graph.gradient("bias", biasType);
  const leaves = {
    ...data,
    keyStart: Uint32Array.from(problem.keyStart),
    keyEnd: Uint32Array.from(problem.keyEnd),
    bias: Float32Array.from(bias ?? []),
    seed: Float32Array.of(SEED >>> 16, SEED & 0xffff, ...Array.from(bias ?? [])),
  };
  const got = await runGraph(gpu, graph, wanted, { leaves }, tuning);
  return { data, got };
}

async function checkAttention(problem: AttentionProblem, tuning: Tuning): Promise<void> {
  const { data, got } = await run(problem, tuning);
  const [q, k, v, dy] = [data.q, data.k, data.v, data.dy].map((array) => Float64Array.from(array)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [y, logsumexp] = attentionReference(problem, q, k, v);
  const [dq, dk, dv, dbias] = attentionGradientReference(problem, [q, k, v], dy);
  const wanted = { y, logsumexp, dq, dk, dv, ...(problem.distancesFrom ? { dbias } : {}) };
  for (const [key, expected] of Object.entries(wanted)) {
    expectClose(got[key]!, expected, 1e-5, key);
  }
}

test.each(VARIANTS)("queries without visible keys give zeros and no gradient (%s)", async (variant) => {
  const problem = problemOf({ queries: 5, width: 36, mask: () => [3, 3] });
  const { got } = await run(problem, tuningFor(variant));
  for (const values of Object.values(got)) expect(new Set(values)).toEqual(new Set([0]));
});

function checkReference(problem: AttentionProblem): void {
  const { batch, queries, keys, heads, kvHeads, width } = problem;
  const [queryCount, keyCount] = [batch * queries * heads * width, batch * keys * kvHeads * width];
  const inputs = [queryCount, keyCount, keyCount].map((size, seed) =>
    Float64Array.from(normal(size, seed)),
  ) as Triple;
  const dy = Float64Array.from(normal(queryCount, 4));
  const bias = Float64Array.from(problem.bias ?? []);
  const varied = problem.distancesFrom ? { ...problem, bias } : problem;
  const objective = (): number =>
    attentionReference(varied, ...inputs)[0].reduce((sum, value, i) => sum + value * dy[i]!, 0);
  const gradients = attentionGradientReference(varied, inputs, dy);
  [...inputs, ...(problem.distancesFrom ? [bias] : [])].forEach((input, index) => {
    const differences = input.map((value, i) => {
      const [above, below] = [1e-6, -1e-6].map((step) => {
        input[i] = value + step;
        return objective();
      });
      input[i] = value;
      return (above! - below!) / 2e-6;
    });
    const difference = Math.hypot(...differences.map((value, i) => value - gradients[index]![i]!));
    expect(difference).toBeLessThan(1e-7 * Math.max(1, Math.hypot(...differences)));
  });
}
