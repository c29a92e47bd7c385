import { expect, test } from "vitest";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { Tuner } from "../../src/engine/kernels/tuner";
import { chooseGemm, gemmCandidates, gemmProblemKey } from "../../src/engine/kernels/matmul";
import type { GemmShape } from "../../src/engine/kernels/matmul-variants";
import { LuthierError } from "../../src/lib/errors";
import { gemmProblem } from "../support/gemm";
import { openTestGpu } from "../support/gpu";

// Two rows: a shape with several candidates on every adapter.
const shape: GemmShape = {
  form: "nt",
  m: 2,
  n: 4096,
  k: 1280,
  kind: "f32",
  aStride: 1280,
  bStride: 1280,
  cStride: 4096,
  cOffset: 0,
};

/** Plans a product, which queries the tuner. */
const plan = (tuner: Tuner, problem: GemmShape): void => void chooseGemm(gemmProblem(problem), tuner);

test("measures a shape once, remembers the result, and frees its buffers", async () => {
  const gpu = await openTestGpu();
  const tuner = new Tuner(gpu, new PipelineCache(gpu));
  const candidates = gemmCandidates(shape, tuner);
  expect(candidates.length).toBeGreaterThan(1);
  plan(tuner, shape);
  expect(tuner.choices).toEqual({});
  expect(await tuner.measure()).toBe(true);
  const [[key, fastest]] = Object.entries(tuner.choices) as [[string, string]];
  expect(key).toBe(`${gemmProblemKey(shape)}: ${candidates.join(", ")}`);
  expect(candidates).toContain(fastest);
  plan(tuner, shape);
  expect(await tuner.measure()).toBe(false);
  expect(gpu.usage.buffers).toBe(0);

  const later = new Tuner(gpu, new PipelineCache(gpu), tuner.choices);
  expect(chooseGemm(gemmProblem(shape), later).id).toBe(chooseGemm(gemmProblem(shape), tuner).id);
  expect(await later.measure()).toBe(false);
  gpu.close();
});

test("small products take the default unmeasured", async () => {
  const gpu = await openTestGpu();
  const tuner = new Tuner(gpu, new PipelineCache(gpu));
  plan(tuner, { ...shape, n: 8 });
  expect(await tuner.measure()).toBe(false);
  expect(tuner.choices).toEqual({});
  gpu.close();
});

test("allocates as much as B's storage, and skips shapes that cannot be bound", async () => {
  const gpu = await openTestGpu({ maxBindingBytes: 2 * shape.n * shape.k });
  const tuner = new Tuner(gpu, new PipelineCache(gpu));
  plan(tuner, shape);
  expect(await tuner.measure()).toBe(false);
  gpu.resetPeak();
  plan(tuner, { ...shape, kind: "f16" });
  expect(await tuner.measure()).toBe(true);
  expect(gpu.usage.peakBytes).toBeLessThan(2 * shape.n * shape.k + 4 * shape.m * (shape.n + shape.k) + 1024);
  expect(gpu.usage.buffers).toBe(0);
  gpu.close();
});

test("uses the default if the GPU has no memory to measure", async () => {
  const gpu = await openTestGpu();
  const tuner = new Tuner(gpu, new PipelineCache(gpu));
  gpu.allocating = (wanted) => Promise.reject(new LuthierError({ code: "out-of-memory/gpu", wanted }));
  plan(tuner, shape);
  expect(await tuner.measure()).toBe(false);
  expect(tuner.choices).toEqual({});
  expect(gpu.usage.buffers).toBe(0);
  gpu.close();
});

test("uses the default if the GPU refuses what is timed", async () => {
  const gpu = await openTestGpu();
  const tuner = new Tuner(gpu, new PipelineCache(gpu));
  gpu.settle = () =>
    Promise.reject(new LuthierError({ code: "gpu/command-refused", reason: "no such buffer" }));
  plan(tuner, shape);
  expect(await tuner.measure()).toBe(false);
  expect(tuner.choices).toEqual({});
  expect(gpu.usage.buffers).toBe(0);
  gpu.close();
});
