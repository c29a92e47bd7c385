import { defineConfig } from "vitest/config";

/** What needs an installed Firefox: `npm run test:firefox`, apart from `npm test`, which needs nothing installed. */
export default defineConfig({
  test: {
    include: ["tests/firefox/**/*.test.ts"],
    pool: "forks",
    // One browser at a time: each wants the machine for itself.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 180_000,
  },
});
