import { expect, test } from "vitest";
import { defineKernel } from "../../../src/engine/gpu/kernel";
import { splitCall, MAX_DISPATCH_FLOPS } from "../../../src/engine/graph/split-call";
import type { KernelCall } from "../../../src/engine/graph/op";
import { dispatchFlops } from "../../../src/engine/kernels/tuner";

const kernel = defineKernel({ shader: "matmul/tile", params: { m: "u32", first_y: "u32" }, bindings: [] });
const call: KernelCall = {
  kernel,
  params: { m: 70, first_y: 0 },
  operands: [],
  grid: [3, 7, 2],
  flops: 700,
  split: { axis: 1, param: "first_y" },
};

test("a call within the bound, or one that cannot be split, stays one dispatch", () => {
  expect(splitCall(call, 700)).toEqual([call]);
  const { split: _, ...whole } = call;
  expect(splitCall(whole, 1)).toEqual([whole]);
});

test("a long call is split into parts within the bound that cover its grid", () => {
  const parts = splitCall(call, 350);
  expect(parts.map(({ grid }) => grid)).toEqual([
    [3, 3, 2],
    [3, 3, 2],
    [3, 1, 2],
  ]);
  expect(parts.map(({ params }) => params)).toEqual([0, 3, 6].map((first_y) => ({ m: 70, first_y })));
  expect(parts.map(({ flops }) => flops)).toEqual([300, 300, 100]);
});

test("every part has at least one workgroup along the axis", () => {
  expect(splitCall(call, 1)).toHaveLength(7);
});

test("the head of a large vocabulary takes several dispatches", () => {
  // 512 rows × 152k tokens × 896: 140 GFLOP.
  const flops = 2 * 512 * 151936 * 896;
  const parts = splitCall({ ...call, grid: [2374, 8, 1], flops, split: { axis: 0, param: "first_x" } });
  expect(parts.every((part) => (part.flops ?? 0) <= MAX_DISPATCH_FLOPS)).toBe(true);
  expect(parts.reduce((sum, { grid }) => sum + grid[0], 0)).toBe(2374);
});

test("a dispatch takes about 50 ms at the measured speed, within limits", () => {
  expect(dispatchFlops(0)).toBe(MAX_DISPATCH_FLOPS);
  // 200 GFLOP/s and 1 TFLOP/s.
  expect([2e8, 1e9].map(dispatchFlops)).toEqual([1e10, 5e10]);
  // 10 GFLOP/s and 40 TFLOP/s.
  expect([1e7, 4e10].map(dispatchFlops)).toEqual([1e9, 1e11]);
});
