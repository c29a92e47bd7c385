import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defineKernel } from "../../../src/engine/gpu/kernel";
import type { KernelCall } from "../../../src/engine/graph/op";
import { splitCall } from "../../../src/engine/graph/split-call";
import { f32 } from "../../../src/engine/graph/value";
import { chooseGemm } from "../../../src/engine/kernels/matmul";
import type { GemmShape } from "../../../src/engine/kernels/matmul-variants";
import type { Card } from "../../bench/gpu/cards";
import { costOf, predict, tuningFor } from "../../bench/gpu/cost-model";
import { cardsTable } from "../../bench/gpu/readme";
import { MeasurementFile } from "../../bench/gpu/record";
import { gemmProblem } from "../../support/gemm";

/** A card of a hundred units. */
const card: Card = {
  name: "card",
  flops: 1e13,
  bandwidth: 1e12,
  sharedBytesPerFma: 1,
  units: 100,
  launch: 1e-6,
};

const value = {
  id: 1,
  name: "x",
  type: f32(250, 1000),
  storage: "temp",
  producer: null,
  viewOf: null,
  requiresGrad: false,
} as const;

/** A call over a megabyte in 100 workgroups. */
function call(flops: number, sharedBytes = 0): KernelCall {
  return {
    kernel: defineKernel({ shader: "matmul/tile", params: { first_x: "u32" }, bindings: ["read"] }),
    params: { first_x: 0 },
    operands: [value],
    grid: [100, 1, 1],
    flops,
    work: { flops, sharedBytes },
    split: { axis: 0, param: "first_x" },
  };
}

test("a dispatch takes as long as its slowest part", () => {
  // A megabyte takes 1 µs, 1e9 FLOP 100 µs, 1e9 bytes of workgroup memory 200 µs.
  const bounds = [call(0), call(2e7), call(1e9), call(1e9, 1e9)].map((each) => predict(costOf(each), card));
  expect(bounds.map(({ bound }) => bound)).toEqual([
    "memory",
    "arithmetic",
    "arithmetic",
    "workgroup memory",
  ]);
  const seconds = [2e-6, 3e-6, 101e-6, 201e-6];
  bounds.forEach((each, index) => expect(each.seconds).toBeCloseTo(seconds[index]!, 9));
});

test("workgroups that do not fill the units take as long as those that do", () => {
  const few = { ...call(1e9), grid: [10, 1, 1] } as const;
  expect(predict(costOf(few), card).seconds).toBeCloseTo(1e-3 + 1e-6, 9);
});

test("the parts of a split call move its operands once together", () => {
  const parts = splitCall(call(1e10), 1e9).map(costOf);
  expect(parts).toHaveLength(10);
  expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(1e6);
  expect(parts.reduce((sum, { executedFlops }) => sum + executedFlops, 0)).toBeCloseTo(1e10);
});

test("a long sum of few tiles is split, a product of many is not", () => {
  const shape: GemmShape = {
    ...{ form: "nn", m: 64, n: 896, k: 65536, kind: "f32" },
    ...{ aStride: 65536, bStride: 896, cStride: 896, cOffset: 0 },
  };
  expect(chooseGemm(gemmProblem(shape), tuningFor(card)).id).toMatch(/^split_/);
  const square = { ...shape, m: 4096, n: 4096, k: 4096, aStride: 4096, bStride: 4096, cStride: 4096 };
  expect(chooseGemm(gemmProblem(square), tuningFor(card)).id).toBe("tile_wide");
});

test("measurements are kept for the next run, unless the shaders or the device are others", () => {
  const folder = mkdtempSync(join(tmpdir(), "luthier-bench-"));
  try {
    const path = join(folder, "docs", "card.json");
    const first = new MeasurementFile(path, "card", "abc", false);
    first.set("peaks", { f32: 1e13 });
    first.set("training", { stepMs: 5 });
    const second = new MeasurementFile(path, "card", "abc", false);
    expect(second.data).toEqual(first.data);
    second.set("answers", { failed: "device lost" });
    expect(second.has("answers")).toBe(true);
    expect(new MeasurementFile(path, "card", "abc", false).data).toEqual(first.data);
    expect(second.has("peaks")).toBe(true);
    expect(new MeasurementFile(path, "card", "abd", false).has("peaks")).toBe(false);
    expect(new MeasurementFile(path, "other card", "abc", false).has("peaks")).toBe(false);
    expect(new MeasurementFile(path, "card", "abc", true).has("peaks")).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("README's table is made from the files of measured cards", () => {
  expect(readFileSync("README.md", "utf8")).toContain(cardsTable("docs/performance"));
});

test("a measured card is a row", () => {
  const folder = mkdtempSync(join(tmpdir(), "luthier-bench-"));
  try {
    const file = new MeasurementFile(join(folder, "card.json"), "Some card", "abc", false);
    file.set("peaks", { f32: 2e13, f16: null, copy: 5e11 });
    file.set("product nt 2048×4864×896 f32", {
      flops: 2e10,
      variants: { tile_64: { ms: 4, error: 0 }, tile_wide: { ms: 2, error: 0 }, quad: "off by 1 relative" },
    });
    file.set("training 0.5B", { stepMs: 500, tokens: 2048, flops: 4e12 });
    file.set("training 1.8B", { failed: "out of memory" });
    file.set("torch", { f32: { "0.5B": { stepMs: 400 } } });
    const row = cardsTable(folder).split("\n").at(-1);
    expect(row).toBe("| Some card | 20.0 | 500 | 50 % | 4096 (40 % of peak) | - | - | 0.80 |");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
