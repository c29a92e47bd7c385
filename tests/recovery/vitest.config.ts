import { defineConfig } from "vitest/config";
import { unpackTestBrowser } from "../support/software-gpu.ts";

if (process.env.LUTHIER_GPU !== "native" && process.platform === "linux") {
  Object.assign(process.env, (await unpackTestBrowser()).env);
}

/** Failures and recovery in a real browser: `npm run test:recovery`, too slow for `npm test`. */
export default defineConfig({
  test: {
    include: ["tests/recovery/**/*.test.ts"],
    setupFiles: ["tests/support/worded.ts"],
    pool: "forks",
    maxWorkers: 1,
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
