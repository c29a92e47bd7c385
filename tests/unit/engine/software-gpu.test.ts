import { expect, test } from "vitest";
import {
  type AdapterInfo,
  isSoftware,
  isSoftwareBarrier,
  classifyAdapter,
} from "../../../src/engine/gpu/software-gpu";
import { QueuePoller } from "../../../src/engine/gpu/queue-poller";

const nameless = { vendor: "", architecture: "", device: "", description: "" };

const told: [string, AdapterInfo, boolean | null][] = [
  ["Chromium's software GPU", { ...nameless, vendor: "google", architecture: "swiftshader" }, true],
  ["Mesa's", { ...nameless, vendor: "mesa", description: "llvmpipe (LLVM 15.0.6, 256 bits)" }, true],
  ["Windows'", { ...nameless, description: "Microsoft Basic Render Driver" }, true],
  ["one that a browser flags and does not name", { ...nameless, isFallbackAdapter: true }, true],
  ["a GPU", { ...nameless, vendor: "nvidia", architecture: "ampere", isFallbackAdapter: false }, false],
  ["a GPU without the flag", { ...nameless, vendor: "apple", architecture: "common-3" }, false],
  ["one without name and flag", nameless, null],
  ["one without a name that is no fallback, or says so", { ...nameless, isFallbackAdapter: false }, null],
  ["one that says nothing at all", {}, null],
];

test.each(told)("the adapter info of %s", (_, signs, expected) => {
  expect(classifyAdapter(signs)).toBe(expected);
});

test("fast barriers mean hardware, slow ones a software GPU", () => {
  expect([0, 0.1, 0.4, 1].map(isSoftwareBarrier)).toEqual([false, false, false, false]);
  expect([10, 33].map(isSoftwareBarrier)).toEqual([true, true]);
});

/** A device that records whether it was asked to compute, and refuses. */
function refusingDevice(): { device: GPUDevice; asked: () => boolean } {
  let asked = false;
  const createComputePipelineAsync = (): Promise<never> => {
    asked = true;
    return Promise.reject(new Error("no pipeline"));
  };
  const device = { createShaderModule: () => ({}), createComputePipelineAsync, queue: {} };
  return { device: device as unknown as GPUDevice, asked: () => asked };
}

test("probes only an adapter without information, and assumes hardware if that fails", async () => {
  for (const [name, signs, expected] of told) {
    const { device, asked } = refusingDevice();
    expect(await isSoftware(signs, device, new QueuePoller(device.queue)), name).toBe(expected ?? false);
    expect(asked(), name).toBe(expected === null);
  }
});
