import { expect, test } from "vitest";
import { Graph } from "../../../src/engine/graph/graph";
import type { Tuning, WeightRef } from "../../../src/engine/graph/op";
import type { Plan } from "../../../src/engine/graph/plan";
import { makePlan } from "../../../src/engine/transform/make-plan";
import { f32, u32 } from "../../../src/engine/graph/value";
import { linearCrossEntropy, lossChunkRows } from "../../../src/engine/ops/linear-cross-entropy";

const MEBIBYTE = 2 ** 20;

function planHead(rows: number, hidden: number, vocabulary: number, tuning: Tuning): Plan {
  const graph = new Graph();
  const weight: WeightRef = {
    name: "lm_head.weight",
    rows: vocabulary,
    columns: hidden,
    kind: "bf16",
    shards: [{ rowStart: 0, rows: vocabulary }],
  };
  const inputs = [
    graph.input("h", f32(rows, hidden)),
    graph.input("labels", u32(rows)),
    graph.input("step", f32(8)),
  ];
  const attrs = {
    weight,
    lowRank: false,
    chunkRows: lossChunkRows(rows, vocabulary),
    scaleIndex: 1,
    withGradient: true,
  };
  const [loss, gradient] = graph.applyAll(linearCrossEntropy, inputs, attrs);
  return makePlan(graph, { loss: loss!, gradient: gradient! }, tuning);
}

const adapters: readonly Tuning[] = [
  { software: false, has: () => false, choice: () => null },
  { software: true, has: () => true, choice: () => null },
];

test.each(adapters)("a vocabulary that is not a multiple of four uses the fast products", (tuning) => {
  const { calls } = planHead(128, 768, 50257, tuning);
  const products = calls
    .map(({ call }) => call.kernel.shader)
    .filter((shader) => shader.startsWith("matmul"));
  expect(products.length).toBeGreaterThan(0);
  for (const shader of products) expect(shader).not.toBe("matmul/guarded");
});

test("logits take at most 64 MiB however many rows there are: 37 MiB of 64 rows at a vocabulary of 151,936", () => {
  const rows = 4096;
  const { slotBytes } = planHead(rows, 64, 151_936, adapters[0]!);
  const logits = Math.max(...slotBytes);
  expect(lossChunkRows(rows, 151_936)).toBe(64);
  expect(logits).toBe(64 * 151_936 * 4);
  expect(Math.floor(logits / MEBIBYTE)).toBe(37);
  // All logits at once would take 64 times as much.
  expect(logits / (rows * 151_936 * 4)).toBe(1 / 64);
  for (const vocabulary of [2, 32_000, 50_257, 128_256, 256_000]) {
    const bytes = lossChunkRows(rows, vocabulary) * Math.ceil(vocabulary / 4) * 16;
    expect(bytes).toBeLessThanOrEqual(64 * MEBIBYTE);
  }
});
