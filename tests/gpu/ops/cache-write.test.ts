import { beforeAll, expect, test } from "vitest";
import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, u32 } from "../../../src/engine/graph/value";
import { attention } from "../../../src/engine/ops/attention";
import { writeCache } from "../../../src/engine/ops/cache-write";
import { normal } from "../../support/check-op";
import { expectClose } from "../../support/compare";
import { sharedTestGpu } from "../../support/gpu";
import { attentionReference } from "../../support/reference/attention";
import { runGraph } from "../../support/run-graph";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

test("writes rows at their slots, skips slots past the end and keeps the rest", async () => {
  const [batch, length, capacity, heads, width] = [2, 3, 5, 2, 3];
  const x = normal(batch * length * heads * width, 1);
  const before = normal(batch * capacity * heads * width, 2);
  const slots = Uint32Array.of(4, 0, 5, 1, 1000, 2);
  const graph = new Graph();
  const written = writeCache(
    graph,
    graph.input("x", f32(batch, length, heads, width)),
    graph.input("slots", u32(batch * length)),
    graph.state("cache", f32(batch, capacity, heads, width)),
  );
  const { cache } = await runGraph(gpu, graph, { cache: written }, { leaves: { x, slots, cache: before } });
  const expected = Float32Array.from(before);
  const row = heads * width;
  slots.forEach((slot, index) => {
    if (slot >= capacity) return;
    const at = (Math.floor(index / length) * capacity + slot) * row;
    expected.set(x.subarray(index * row, (index + 1) * row), at);
  });
  expect(cache).toEqual(expected);
});

test("attention over a cache with holes sees newly written rows", async () => {
  const problem = {
    batch: 2,
    queries: 2,
    keys: 9,
    heads: 4,
    kvHeads: 2,
    width: 8,
    scale: 0.3,
    prefix: 2,
    keyStart: [4, 4, 5, 5],
    keyEnd: [6, 7, 7, 8],
  };
  const slots = Uint32Array.of(5, 6, 6, 7);
  const queryType = f32(2, 2, 4, 8);
  const [newType, cacheType] = [f32(2, 2, 2, 8), f32(2, 9, 2, 8)];
  const [q, newK, newV] = [normal(128, 1), normal(64, 2), normal(64, 3)];
  const [k, v] = [normal(288, 4), normal(288, 5)];
  const graph = new Graph();
  const places = graph.input("slots", u32(4));
  const keys = writeCache(graph, graph.input("newK", newType), places, graph.state("k", cacheType));
  const values = writeCache(graph, graph.input("newV", newType), places, graph.state("v", cacheType));
  const ranges = ["keyStart", "keyEnd"].map((name) => graph.input(name, u32(4)));
  const [y] = graph.applyAll(attention, [graph.input("q", queryType), keys, values, ...ranges], problem);
  const leaves = { q, newK, newV, k, v, slots };
  const rangeLeaves = {
    keyStart: Uint32Array.from(problem.keyStart),
    keyEnd: Uint32Array.from(problem.keyEnd),
  };
  const got = await runGraph(gpu, graph, { y: y! }, { leaves: { ...leaves, ...rangeLeaves } });
  const filled = [
    [k, newK],
    [v, newV],
  ].map(([cache, rows]) => {
    const result = Float64Array.from(cache!);
    slots.forEach((slot, i) => {
      result.set(rows!.subarray(i * 16, (i + 1) * 16), (Math.floor(i / 2) * 9 + slot) * 16);
    });
    return result;
  });
  const [expected] = attentionReference(problem, Float64Array.from(q), filled[0]!, filled[1]!);
  expectClose(got.y!, expected, 1e-5, "attention over the cache");
});

test("refuses slots that do not fit", () => {
  const graph = new Graph();
  const x = graph.input("x", f32(1, 2, 3));
  expect(() => writeCache(graph, x, graph.input("slots", u32(3)), graph.state("c", f32(1, 4, 3)))).toThrow(
    "slots [3] do not fit [1, 2, 3]",
  );
});
