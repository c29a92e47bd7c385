import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assembleShader, shaderFiles } from "../../src/engine/gpu/shaders";
import { kernelKey } from "../../src/engine/gpu/kernel";
import { createNullGpu } from "../support/gpu";
import { allKernels } from "../support/kernels";

const kernels = allKernels();

describe("every kernel compiles on Dawn's null device", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    const adapter = await createNullGpu().requestAdapter();
    if (!adapter) throw new Error("Dawn's null backend offers no adapter");
    const requiredFeatures = [...new Set(kernels.flatMap((kernel) => kernel.requires))];
    device = await adapter.requestDevice({ requiredFeatures });
  });
  afterAll(() => device.destroy());

  test.each(kernels.map((kernel) => [kernelKey(kernel), kernel] as const))("%s", async (_, kernel) => {
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code: assembleShader(kernel) });
    const pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module, entryPoint: "main" },
    });
    const error = await device.popErrorScope();
    expect(error?.message ?? "").toBe("");
    expect(pipeline.getBindGroupLayout(0)).toBeDefined();
  });
});

test("every shader file is part of a kernel", () => {
  const used = new Set(kernels.flatMap((kernel) => shaderFiles(kernel)));
  const paths = Object.keys(import.meta.glob("../../shaders/**/*.wgsl"));
  const names = paths.map((path) => path.replace(/^.*\/shaders\//, "").replace(/\.wgsl$/, ""));
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !used.has(name))).toEqual([]);
});

test("no kernel has more than the eight storage bindings that WebGPU guarantees", () => {
  const over = kernels.filter((kernel) => kernel.bindings.length > 8);
  expect(over.map(kernelKey)).toEqual([]);
});

test("a kernel's params match the fields of its Params struct in order and type", () => {
  for (const kernel of kernels) {
    const struct = /struct Params \{([^}]*)\}/.exec(assembleShader(kernel))?.[1] ?? "";
    const fields = [...struct.matchAll(/^\s*(\w+): (\w+),/gm)].map((match) => [match[1], match[2]]);
    expect(fields, kernelKey(kernel)).toEqual(Object.entries(kernel.params));
  }
});

test("a kernel's storage bindings match its shader's declarations", () => {
  for (const kernel of kernels) {
    const declared = [
      ...assembleShader(kernel).matchAll(/@binding\((\d+)\) var<storage, (read_write|read)>/g),
    ].sort((a, b) => Number(a[1]) - Number(b[1]));
    expect(
      declared.map((match) => [Number(match[1]), match[2]]),
      kernelKey(kernel),
    ).toEqual(kernel.bindings.map((access, index) => [index + 1, access]));
  }
});
