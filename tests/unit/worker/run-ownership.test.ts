import "fake-indexeddb/auto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunConfig } from "../../../src/shared/training";
import type { RunCheckpoint } from "../../../src/storage/checkpoints";
import { fakeLocks } from "../storage/fake-locks";
import { FakeDirectory, FakeFile } from "../storage/fake-opfs";
import { fresh } from "../storage/fresh";

/** Runs in several tabs: who owns one, what is listed, and what must not be deleted. */

async function load() {
  const [progress, lock, runs, orphans, adapters] = await Promise.all([
    import("../../../src/worker/run-progress"),
    import("../../../src/worker/run-lock"),
    import("../../../src/storage/checkpoints"),
    import("../../../src/worker/orphans"),
    import("../../../src/storage/adapters"),
  ]);
  return { ...progress, ...lock, ...runs, ...orphans, ...adapters };
}

let studio: Awaited<ReturnType<typeof load>>;
let locks: ReturnType<typeof fakeLocks>;

beforeEach(async () => {
  const root = new FakeDirectory();
  FakeFile.full = false;
  vi.stubGlobal("self", { location: { href: "http://luthier.test/worker.js" } });
  vi.stubGlobal(
    "fetch",
    async (url: string) => new Response(await readFile(join("public", new URL(url).pathname))),
  );
  studio = await fresh(load);
  locks = fakeLocks();
  Object.assign(navigator, { storage: { getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function run(id: string, modelId = "spruce"): RunCheckpoint {
  const numbers = (): Float32Array<ArrayBuffer> => Float32Array.of(1, 2, 3);
  return {
    modelId,
    adapter: { id, name: `Run ${id}` },
    config: { datasetId: "gone", modelId } as RunConfig,
    totalSteps: 60,
    savedAt: 1,
    elapsedMs: 2,
    history: { steps: [], validation: [] },
    snapshot: { step: 7, parameters: numbers(), m: numbers(), v: numbers() },
    best: { best: null, measuredSince: 0 },
  };
}
const session = { hasModel: true, model: { summary: { id: "spruce" } } } as never;

describe("a run", () => {
  it("is owned by one tab; no other can train or discard it", async () => {
    await studio.saveCheckpoint(run("a"));
    const disown = await studio.claimRun("a");
    await expect(studio.claimRun("b")).rejects.toMatchObject({ problem: { code: "busy/elsewhere" } });
    await expect(studio.discardRun("a")).rejects.toMatchObject({ problem: { code: "busy/elsewhere" } });
    expect(await studio.listInterruptedRuns(session)).toMatchObject([{ id: "a", isElsewhere: true }]);
    disown();
    await vi.waitFor(async () => expect(await studio.isOwned("a")).toBe(false));
    expect(await studio.listInterruptedRuns(session)).toMatchObject([{ id: "a", isElsewhere: false }]);
    await studio.discardRun("a");
    expect(await studio.listInterruptedRuns(session)).toEqual([]);
  });

  it("is released when its tab crashes", async () => {
    await studio.saveCheckpoint(run("a"));
    await studio.claimRun("a");
    locks.releaseAll();
    expect(await studio.listInterruptedRuns(session)).toMatchObject([{ id: "a", isElsewhere: false }]);
    await studio.claimRun("a");
  });

  it("stays beside newer ones, and without its dataset", async () => {
    await studio.saveCheckpoint(run("a"));
    await studio.saveCheckpoint(run("b"));
    const listed = await studio.listInterruptedRuns(session);
    expect(listed.map(({ id, datasetName }) => [id, datasetName])).toEqual([
      ["a", null],
      ["b", null],
    ]);
    expect(await studio.listInterruptedRuns(session)).toHaveLength(2);
  });
});

describe("data without a model", () => {
  it("is listed with its size, and deleted by name", async () => {
    await studio.saveCheckpoint(run("a"));
    await studio.saveCheckpoint(run("b", "deleted"));
    const adapter = { id: "c", name: "Left", modelId: "deleted", savedAt: 2, values: new Uint8Array(50) };
    await studio.saveAdapter(adapter as never);
    const orphans = await studio.listOrphans();
    expect(orphans).toMatchObject([
      { kind: "adapter", id: "c", name: "Left", savedAt: 2 },
      { kind: "run", id: "b", name: "Run b" },
    ]);
    for (const { sizeBytes } of orphans) expect(sizeBytes).toBeGreaterThan(30);
    await studio.deleteOrphan({ kind: "adapter", id: "c" });
    await studio.deleteOrphan({ kind: "run", id: "b" });
    expect(await studio.listOrphans()).toEqual([]);
    expect(await studio.listInterruptedRuns(session)).toHaveLength(1);
  });
});
