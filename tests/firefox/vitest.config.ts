import { defineConfig } from "vitest/config";

/**
 * Tests that need an installed Firefox: `npm run test:firefox`, separate from `npm test`, which needs nothing
 * installed.
 */
export default defineConfig({
  test: {
    include: ["tests/firefox/**/*.test.ts"],
    pool: "forks",
    // One browser at a time, since each needs the whole machine.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 180_000,
  },
});
