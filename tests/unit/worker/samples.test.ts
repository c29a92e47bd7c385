import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { questionOf } from "../../../src/shared/rows";
import type * as Samples from "../../../src/worker/samples";

let worker: typeof Samples;
beforeAll(async () => {
  vi.stubGlobal("self", { location: { href: "http://luthier.test/worker.js" } });
  worker = await import("../../../src/worker/samples");
});
afterEach(() => vi.unstubAllGlobals());

test("every sample has its suggested rows, first among the held-out ones", async () => {
  vi.stubGlobal(
    "fetch",
    async (url: string) => new Response(await readFile(join("public", new URL(url).pathname))),
  );
  const samples = await worker.samples();
  expect(samples.length).toBeGreaterThan(2);
  for (const sample of samples) {
    const rows = await worker.heldOutOfSample(sample);
    const { length } = sample.suggestions;
    expect(rows.slice(0, length).map((row) => questionOf(row)?.text)).toEqual(sample.suggestions);
    expect(rows.length).toBeGreaterThan(length);
    expect(new Set(rows).size).toBe(rows.length);
  }
});

test("an invalid index is refused, naming file and key", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json([{ id: "pirate", file: 7 }])));
  await expect(worker.samples()).rejects.toThrow(
    "datasets/index.json has 7 at [0].file, where text belongs.",
  );
});
