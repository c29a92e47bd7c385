import { defineConfig } from "vitest/config";
import { unpackTestBrowser } from "./tests/support/software-adapter.ts";

// Node's WebGPU finds a Vulkan adapter by the environment its process starts with. LUTHIER_GPU=native keeps the
// machine's own adapter; otherwise the tests compute on the software adapter of the test browser.
if (process.env.LUTHIER_GPU !== "native" && process.platform === "linux") {
  Object.assign(process.env, (await unpackTestBrowser()).env);
}

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: ["tests/unit/**/*.test.{ts,tsx}", "tests/shaders/**/*.test.ts"],
          testTimeout: 30_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: "gpu",
          // One kind of test after the other: browser and GPU tests want the machine for themselves.
          sequence: { groupOrder: 1 },
          include: ["tests/gpu/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "e2e",
          sequence: { groupOrder: 2 },
          include: ["tests/e2e/**/*.test.ts"],
          // As long as the browser's own waits; the default of a second measures how busy the machine is.
          expect: { poll: { timeout: 30_000 } },
          testTimeout: 600_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});
