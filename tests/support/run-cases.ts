import { beforeAll, test } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import { sharedTestGpu } from "./gpu";
import type { RegisteredCase } from "./op-cases/case";

/** Defines a test per case, on a shared GPU. */
export function runCases(cases: readonly RegisteredCase[]): void {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await sharedTestGpu();
  });
  test.each(cases.map((entry) => [entry.name, entry] as const))("%s", async (_, entry) => entry.check(gpu));
}
