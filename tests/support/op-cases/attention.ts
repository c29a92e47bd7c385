import type { Gpu } from "../../../src/engine/gpu/device";
import { Graph } from "../../../src/engine/graph/graph";
import { f32, u32, type Value } from "../../../src/engine/graph/value";
import { attention } from "../../../src/engine/ops/attention";
import { attentionSeed } from "../../../src/engine/ops/attention-seed";
import { cacheWrite, writeCache } from "../../../src/engine/ops/cache-write";
import { rope } from "../../../src/engine/ops/rope";
import { pcg } from "../../../src/lib/pcg";
import { normal } from "../check-op";
import { expectClose } from "../compare";
import { attentionReference } from "../reference/attention";
import { ropeReference } from "../reference/rope";
import { runGraph } from "../run-graph";
import { opCase, type RegisteredCase } from "./case";

/** A causal batch with grouped heads; tests/gpu/ops/attention.test.ts covers masks, prefixes and variants. */
const causal = (batch: number, length: number, width: number): RegisteredCase => {
  const dims = { batch, queries: length, keys: length, heads: 4, kvHeads: 2, width };
  const attrs = { scale: 1 / Math.sqrt(width), prefix: 0 };
  const keyStart = new Uint32Array(batch * length);
  const keyEnd = keyStart.map((_, i) => (i % length) + 1);
  const problem = { ...dims, ...attrs, keyStart, keyEnd };
  return opCase({
    name: `attention ${batch}x${length} of ${width}`,
    op: attention,
    attrs,
    inputs: [
      { type: f32(batch, length, 4, width), grad: true },
      { type: f32(batch, length, 2, width), grad: true },
      { type: f32(batch, length, 2, width), grad: true },
      { type: u32(batch * length), data: keyStart },
      { type: u32(batch * length), data: keyEnd },
    ],
    reference: ([q, k, v]) => attentionReference(problem, q!, k!, v!),
  });
};

/** Trainable relative position bias: two rows of a bidirectional batch, as in an encoder. */
const byDistance = (): RegisteredCase => {
  const dims = { batch: 2, queries: 6, keys: 6, heads: 3, kvHeads: 3, width: 4 };
  const attrs = { scale: 1, prefix: 0, distancesFrom: "row" as const };
  const keyStart = new Uint32Array(12);
  const keyEnd = keyStart.map((_, i) => (i < 6 ? 6 : 4));
  const problem = { ...dims, ...attrs, keyStart, keyEnd };
  const heads = f32(2, 6, 3, 4);
  return opCase({
    name: "attention with biases by distance",
    op: attention,
    attrs,
    inputs: [
      { type: heads, grad: true },
      { type: heads, grad: true },
      { type: heads, grad: true },
      { type: u32(12), data: keyStart },
      { type: u32(12), data: keyEnd },
      { type: f32(5, 3), grad: true },
    ],
    reference: ([q, k, v, , , bias]) => attentionReference({ ...problem, bias: bias! }, q!, k!, v!),
  });
};

const seed = (biases: number): RegisteredCase => {
  const step = new Float32Array(8);
  new Uint32Array(step.buffer)[2] = 0xfedcba98;
  const mixed = pcg((7 ^ pcg(0xfedcba98)) >>> 0);
  return opCase({
    name: `attention's seed before ${biases} biases`,
    op: attentionSeed,
    attrs: { site: 7, seedIndex: 2 },
    inputs: [{ type: f32(8), data: step }, ...(biases ? [{ type: f32(biases) }] : [])],
    reference: ([, bias]) => [Float64Array.of(mixed >>> 16, mixed & 0xffff, ...(bias ?? []))],
  });
};

const turn = (width: number, pairs: number, interleaved: boolean, inverse: boolean): RegisteredCase => {
  const [batch, length, heads, tableRows] = [2, 3, 3, 9];
  const angles = Float64Array.from(normal(tableRows * pairs, 5, 2));
  const positions = Uint32Array.from([0, 1, 2, 8, 40, 3]);
  const problem = {
    heads,
    width,
    positions,
    pairs,
    interleaved,
    angles: angles.map((a) => (inverse ? -a : a)),
  };
  return opCase({
    name: `rope ${pairs} pairs of ${width}${interleaved ? " interleaved" : ""}${inverse ? " inverse" : ""}`,
    op: rope,
    attrs: { inverse, interleaved },
    inputs: [
      { type: f32(batch, length, heads, width), grad: true },
      { type: u32(batch * length), data: positions },
      { type: f32(tableRows, pairs), data: Float32Array.from(angles, Math.cos) },
      { type: f32(tableRows, pairs), data: Float32Array.from(angles, Math.sin) },
    ],
    reference: ([x]) => [ropeReference(problem, x!)],
  });
};

function traceCache(width: number): { graph: Graph; cache: Value } {
  const graph = new Graph();
  const x = graph.input("x", f32(2, 3, width));
  const cache = writeCache(graph, x, graph.input("slots", u32(6)), graph.state("cache", f32(2, 5, width)));
  return { graph, cache };
}

/** Positions not named by a slot, and out-of-range slots, must leave the cache unchanged. */
const cacheCase = (width: number): RegisteredCase => ({
  name: `${cacheWrite.name} of ${width}`,
  trace: () => traceCache(width).graph,
  check: async (gpu: Gpu) => {
    const { graph, cache } = traceCache(width);
    const slots = Uint32Array.from([4, 0, 7, 1, 2, 3]);
    const [x, before] = [normal(6 * width, 1), normal(10 * width, 2)];
    const got = await runGraph(gpu, graph, { cache }, { leaves: { x, slots, cache: before } });
    const expected = before.slice();
    slots.forEach((slot, i) => {
      const row = Math.floor(i / 3) * 5 + slot;
      if (slot < 5) expected.set(x.subarray(i * width, (i + 1) * width), row * width);
    });
    expectClose(got.cache!, expected, 0, "cache");
  },
});

export const attentionCases: readonly RegisteredCase[] = [
  causal(2, 5, 4),
  byDistance(),
  seed(0),
  seed(6),
  turn(8, 4, false, false),
  turn(8, 4, true, false),
  turn(7, 2, false, false),
  turn(8, 3, true, true),
  cacheCase(1),
  cacheCase(12),
];
