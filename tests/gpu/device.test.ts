import { expect, test } from "vitest";
import { QueuePoller } from "../../src/engine/gpu/queue-poller";
import { readBytes } from "../../src/engine/gpu/readback";
import { measureBarrier, isSoftwareBarrier } from "../../src/engine/gpu/software-gpu";
import { STORAGE } from "../../src/engine/gpu/usage";
import { openTestGpu } from "../support/gpu";

test("opens an adapter and counts live buffers", async () => {
  const gpu = await openTestGpu();
  const buffer = gpu.createBuffer("test", 10, 0x80);
  expect(gpu.usage).toMatchObject({ buffers: 1, bytes: 12 });
  gpu.destroyBuffer(buffer);
  expect(gpu.usage).toMatchObject({ buffers: 0, bytes: 0, peakBytes: 12 });
  console.log(gpu.info.name, gpu.info.features.join(" "), gpu.info.maxBindingBytes);
  gpu.close();
});

test("barriers and the adapter's name classify the GPU alike", async () => {
  const gpu = await openTestGpu();
  const microseconds = await measureBarrier(gpu.device, new QueuePoller(gpu.device.queue));
  console.log(`${microseconds.toFixed(2)} µs a barrier`);
  expect(isSoftwareBarrier(microseconds)).toBe(gpu.info.software);
  gpu.close();
});

test("a read interrupted by device loss fails instead of waiting forever", async () => {
  const gpu = await openTestGpu();
  const buffer = gpu.createBuffer("test", 16, STORAGE);
  await readBytes(gpu, { buffer, offsetBytes: 0, sizeBytes: 16 });
  const cut = readBytes(gpu, { buffer, offsetBytes: 0, sizeBytes: 16 });
  gpu.close();
  await expect(cut).rejects.toThrow();
});
