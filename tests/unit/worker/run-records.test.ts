import "fake-indexeddb/auto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { alpacaRow } from "../../../src/shared/rows";
import type { RunRecord } from "../../../src/shared/run-record";
import type { RunConfig } from "../../../src/shared/training";
import { fakeLocks } from "../storage/fake-locks";
import { FakeDirectory, FakeFile } from "../storage/fake-opfs";
import { fresh } from "../storage/fresh";

/** Records of runs: saved, edited, deleted and restored, and their held-out rows. */

async function load() {
  const [records, library, lock, checkpoints] = await Promise.all([
    import("../../../src/storage/run-records"),
    import("../../../src/worker/run-library"),
    import("../../../src/worker/run-lock"),
    import("../../../src/storage/checkpoints"),
  ]);
  return { ...checkpoints, ...records, ...library, ...lock };
}

let studio: Awaited<ReturnType<typeof load>>;
let locks: ReturnType<typeof fakeLocks>;

beforeEach(async () => {
  FakeFile.full = false;
  vi.stubGlobal("self", { location: { href: "http://luthier.test/worker.js" } });
  vi.stubGlobal(
    "fetch",
    async (url: string) => new Response(await readFile(join("public", new URL(url).pathname))),
  );
  studio = await fresh(load);
  locks = fakeLocks();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const held = alpacaRow({
  instruction: "Name a wood",
  input: "of a top",
  output: "Spruce.",
  system: "Be brief.",
});

function record(id: string, number: number, changes: Partial<RunRecord["summary"]> = {}): RunRecord {
  return {
    summary: {
      id,
      number,
      name: `Run ${id}`,
      note: "",
      starred: false,
      deletedAt: null,
      state: "done",
      config: { datasetId: "data", modelId: "spruce", templateId: "chat" } as RunConfig,
      model: { id: "spruce", title: "Spruce", precision: ["f16"] },
      data: { id: "data", name: "Woods", rows: 30, importedAt: 1 },
      environment: { gpu: "", software: true, browser: "" },
      startedAt: 1,
      savedAt: 2,
      elapsedMs: 3,
      steps: 1,
      totalSteps: 2,
      tokens: 40,
      finalLoss: 1.5,
      validationLoss: NaN,
      validationStep: 1,
      best: null,
      problem: null,
      adapterIds: [id],
      ...changes,
    },
    details: {
      steps: [{ step: 1, epoch: 0.5, loss: 1.5, learningRate: 1e-4, gradNorm: 1, supervisedTokens: 9 }],
      validation: [{ step: 1, loss: NaN }],
      samples: [],
      log: [],
    },
    heldOut: { datasetId: "data", indices: [4], rows: [held] },
  };
}

const numbers = async () => (await studio.listRuns()).map(({ number }) => number);

describe.each(["opfs", "idb"] as const)("runs recorded in %s", (place) => {
  beforeEach(() => {
    if (place === "idb") return;
    const root = new FakeDirectory();
    Object.assign(navigator, { storage: { getDirectory: () => Promise.resolve(root) } });
    vi.stubGlobal("FileSystemFileHandle", FakeFile);
  });

  it("are listed newest first, with their curves", async () => {
    await studio.saveRunRecord(record("a", 1));
    await studio.saveRunRecord(record("b", 2));
    expect(await numbers()).toEqual([2, 1]);
    const { summary, details } = await studio.readRun("a");
    expect(summary).toEqual(record("a", 1).summary);
    expect(details).toEqual(record("a", 1).details);
    await expect(studio.readRun("c")).rejects.toMatchObject({ problem: { code: "config/no-such-run" } });
  });

  it("keep the user's notes while the run saves its progress", async () => {
    await studio.saveRunRecord(record("a", 1, { state: "running" }));
    await studio.editRun("a", { name: "Mine", note: "good", starred: true });
    await studio.saveRunRecord(record("a", 1, { steps: 2 }));
    expect(await studio.listRuns()).toMatchObject([
      { name: "Mine", note: "good", starred: true, steps: 2, state: "done" },
    ]);
  });

  it("can be restored after deletion until cleanup", async () => {
    await studio.saveRunRecord(record("a", 1));
    await studio.saveRunRecord(record("b", 2));
    await studio.editRun("a", { deletedAt: 5 });
    expect(await numbers()).toEqual([2]);
    await studio.editRun("a", { deletedAt: null });
    expect(await numbers()).toEqual([2, 1]);
    await studio.editRun("b", { deletedAt: 5 });
    await studio.tidyRuns();
    expect(await studio.findRunRecord("b")).toBeNull();
    await expect(studio.editRun("b", { deletedAt: null })).rejects.toMatchObject({
      problem: { code: "config/no-such-run" },
    });
    expect(await numbers()).toEqual([1]);
  });

  it("count as interrupted once no tab runs them, and cannot be deleted while one does", async () => {
    await studio.saveRunRecord(record("a", 1, { state: "running" }));
    await studio.claimRun("a");
    expect(await studio.listRuns()).toMatchObject([{ state: "running", resumable: false }]);
    await expect(studio.editRun("a", { deletedAt: 5 })).rejects.toMatchObject({
      problem: { code: "busy/elsewhere" },
    });
    locks.releaseAll();
    expect(await studio.listRuns()).toMatchObject([{ state: "interrupted", resumable: false }]);
  });

  it("identify held-out rows, also under other settings and without their dataset", async () => {
    await studio.saveRunRecord(record("a", 1));
    expect(await studio.heldOutOfRun("a", 40)).toEqual([held]);
    expect(await studio.heldOutOfRun("imported", 40)).toEqual([]);
  });
});
