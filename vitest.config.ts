import { defineConfig } from "vitest/config";
import { unpackTestBrowser } from "./tests/support/software-gpu.ts";

// Node's WebGPU selects a Vulkan adapter by environment variables at process start. LUTHIER_GPU=native keeps the
// machine's own GPU; otherwise tests use the software GPU of the test browser.
if (process.env.LUTHIER_GPU !== "native" && process.platform === "linux") {
  Object.assign(process.env, (await unpackTestBrowser()).env);
}

const WORDED = ["tests/support/worded.ts"];
/** Computes all cases where tests otherwise compute some; CI does (tests/support/cases.ts). */
const ALL = process.env.LUTHIER_CASES === "all";
/** Long journeys through paths that tests of the engine and of the data hold too; only with all cases. */
const LONG_JOURNEYS = "tests/e2e/{encoder-decoder,offline,preferences,runs}.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: ["tests/unit/**/*.test.{ts,tsx}", "tests/shaders/**/*.test.ts"],
          setupFiles: WORDED,
          testTimeout: 30_000,
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: "gpu",
          // One kind of test after the other, since browser and GPU tests need the whole machine.
          sequence: { groupOrder: 1 },
          include: ["tests/gpu/**/*.test.ts"],
          setupFiles: WORDED,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          // Test files share a GPU with its compiled kernels.
          isolate: false,
        },
      },
      {
        // Operators and some models again, with the kernels for hardware GPUs; in CI all models, and answers.
        test: {
          name: "gpu-kernels",
          sequence: { groupOrder: 2 },
          include: [
            "tests/gpu/ops/**/*.test.ts",
            "tests/gpu/{golden-1,golden-2,matmul}.test.ts",
            ...(ALL ? ["tests/gpu/{generation,quantised}.test.ts"] : []),
          ],
          // Attention's tests choose their kernels themselves.
          exclude: ["tests/gpu/ops/attention.test.ts"],
          env: { LUTHIER_KERNELS: "gpu" },
          setupFiles: WORDED,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          isolate: false,
        },
      },
      {
        test: {
          name: "e2e",
          sequence: { groupOrder: 3 },
          include: ["tests/e2e/**/*.test.ts"],
          exclude: ALL ? [] : [LONG_JOURNEYS],
          globalSetup: ["tests/e2e/global-setup.ts"],
          // As long as the browser's own timeouts; the default of one second would depend on the machine's load.
          expect: { poll: { timeout: 30_000 } },
          testTimeout: 600_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          // Test files of a worker share its browser.
          isolate: false,
        },
      },
    ],
  },
});
