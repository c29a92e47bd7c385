import { expect, test } from "vitest";
import { openTestGpu } from "../support/gpu";

test("opens an adapter, counts buffers and forgets destroyed ones", async () => {
  const gpu = await openTestGpu();
  const buffer = gpu.createBuffer("test", 10, 0x80);
  expect(gpu.usage).toMatchObject({ buffers: 1, bytes: 12 });
  gpu.destroyBuffer(buffer);
  expect(gpu.usage).toMatchObject({ buffers: 0, bytes: 0, peakBytes: 12 });
  console.log(gpu.info.name, gpu.info.features.join(" "), gpu.info.maxBindingBytes);
  gpu.close();
});
