import { expect, test, vi } from "vitest";
import type * as kernelModule from "../../../src/engine/gpu/kernel";
import { type Kernel, kernelKey } from "../../../src/engine/gpu/kernel";
import { Graph } from "../../../src/engine/graph/graph";
import { f32 } from "../../../src/engine/graph/value";
import { softmax } from "../../../src/engine/ops/softmax";
import { sumRows } from "../../../src/engine/ops/sum-rows";
import { allKernels, kernelsOf } from "../../support/kernels";
import { opCases } from "../../support/op-cases";
import { ops } from "../../support/ops";

const { definedKernels } = vi.hoisted(() => {
  const keys = new Set<string>();
  return { definedKernels: () => keys };
});

vi.mock("../../../src/engine/gpu/kernel", async (importOriginal) => {
  const original = await importOriginal<typeof kernelModule>();
  const defineKernel = (...args: Parameters<typeof original.defineKernel>): Kernel => {
    const kernel = original.defineKernel(...args);
    definedKernels().add(original.kernelKey(kernel));
    return kernel;
  };
  return { ...original, defineKernel };
});

test("every op has a distinct name", () => {
  const names = ops.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("every op is covered by a case that compares it with float64", () => {
  const covered = new Set(opCases.flatMap((entry) => entry.trace().nodes.map((node) => node.op.name)));
  expect(ops.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
});

test("every op that adds into a value has a case in which it does", () => {
  const nodes = opCases.flatMap((entry) => entry.trace().nodes);
  const adding = new Set(nodes.filter((node) => node.into).map((node) => node.op.name));
  const accumulating = ops.filter(({ accumulates }) => accumulates);
  expect(accumulating.map(({ name }) => name).filter((name) => !adding.has(name))).toEqual([]);
});

test("every kernel that is defined is dispatched by a case, or by a shape too large for one", () => {
  const dispatched = new Set(allKernels().map(kernelKey));
  expect(definedKernels().size).toBeGreaterThan(400);
  const missing = [...definedKernels()].filter((key) => !dispatched.has(key));
  expect(missing).toEqual([]);
});

test("of a graph's kernels, all variants and fallbacks are found", () => {
  const graph = new Graph();
  graph.apply(softmax, [graph.input("x", f32(2, 8))], { skipZeros: false });
  expect(kernelsOf(graph)).toHaveLength(1);
  graph.apply(sumRows, [graph.input("y", f32(2, 8))], {});
  // Alone and shared, each for both widths.
  expect(kernelsOf(graph)).toHaveLength(5);
});
