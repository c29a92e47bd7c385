import { expect, test } from "vitest";
import { Gpu } from "../../src/engine/gpu/device";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { STORAGE } from "../../src/engine/gpu/usage";
import { defineKernel } from "../../src/engine/gpu/kernel";
import { openTestGpu } from "../support/gpu";

test("missing WebGPU is reported with advice", async () => {
  await expect(Gpu.open(undefined)).rejects.toMatchObject({
    code: "gpu",
    advice: expect.stringContaining("Chrome"),
  });
});

test("reports a command that the device refuses once, and the device stays usable", async () => {
  const gpu = await openTestGpu();
  const buffer = gpu.createBuffer("small", 16, STORAGE);
  const encoder = gpu.device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, buffer, 0, 1024);
  gpu.device.queue.submit([encoder.finish()]);
  await expect(gpu.settle()).rejects.toMatchObject({ code: "gpu" });
  await gpu.settle();
  gpu.close();
});

test("a buffer beyond the adapter's limit is refused before the GPU sees it", async () => {
  const gpu = await openTestGpu();
  const tooLarge = gpu.info.maxBufferBytes + 4;
  expect(() => gpu.createBuffer("huge", tooLarge, STORAGE)).toThrow(/"huge" needs/);
  expect(gpu.usage.bytes).toBe(0);
  gpu.close();
});

test("a lost device is reported as such, now and later", async () => {
  const gpu = await openTestGpu();
  gpu.device.destroy();
  expect(await gpu.lost).toMatchObject({ code: "device-lost" });
  expect(() => gpu.check()).toThrow(/stopped working/);
  expect(() => gpu.check()).toThrow(/stopped working/);
});

test("a kernel that does not compile is reported with the compiler's message", async () => {
  const gpu = await openTestGpu();
  const broken = defineKernel({
    shader: "elementwise/add",
    includes: [],
    params: { count: "u32" },
    bindings: ["read", "read", "read_write"],
  });
  await expect(new PipelineCache(gpu).get(broken)).rejects.toMatchObject({
    code: "gpu",
    what: expect.stringContaining("elementwise/add"),
  });
  gpu.close();
});
