import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunConfig } from "../../../src/shared/training";
import type { RunCheckpoint } from "../../../src/storage/checkpoints";
import type * as Checkpoints from "../../../src/storage/checkpoints";
import { FakeDirectory, FakeFile } from "./fake-opfs";
import { fresh } from "./fresh";

let runs: typeof Checkpoints;
let root: FakeDirectory;

/** Provides a private file system. */
function offerFiles(): void {
  vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
}

beforeEach(async () => {
  root = new FakeDirectory();
  FakeFile.full = false;
  runs = await fresh(() => import("../../../src/storage/checkpoints"));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function checkpoint(id: string, step: number, modelId = "spruce"): RunCheckpoint {
  const flat = (seed: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: 70 }, (_, index) => Math.fround(Math.sin(seed + index) * 1e-7));
  return {
    modelId,
    adapter: { id, name: "LoRA, pirates" },
    config: { datasetId: "data", modelId } as RunConfig,
    totalSteps: 60,
    savedAt: step,
    elapsedMs: 2000,
    history: {
      steps: [{ step, epoch: 0.5, loss: 1.25, learningRate: 1e-4, gradNorm: 0.5, supervisedTokens: 30 }],
      validation: [{ step: 0, loss: 2 }],
    },
    snapshot: { step, parameters: flat(1), m: flat(2), v: flat(3) },
    best: {
      best: { step: 0, loss: 2, values: new Map([["a", { shape: [7, 10], data: flat(4) }]]) },
      measuredSince: 1,
    },
  };
}

const ids = (kept: readonly Checkpoints.StoredRun[]) => kept.map(({ adapter }) => adapter.id);

describe.each(["opfs", "idb"] as const)("runs kept in %s", (place) => {
  beforeEach(() => {
    if (place === "opfs") offerFiles();
  });

  it("are stored bit for bit, separately, each state replacing the one before", async () => {
    await runs.saveCheckpoint(checkpoint("first", 3));
    await runs.saveCheckpoint(checkpoint("second", 5));
    await runs.saveCheckpoint(checkpoint("first", 9));
    await runs.saveCheckpoint(checkpoint("elsewhere", 4, "maple"));
    const { best: _none, ...rest } = checkpoint("worse", 2);
    await runs.saveCheckpoint({ ...rest, best: { best: null, measuredSince: 3 } });
    expect(await runs.loadCheckpoint("first")).toEqual(checkpoint("first", 9));
    expect(await runs.loadCheckpoint("second")).toEqual(checkpoint("second", 5));
    expect((await runs.loadCheckpoint("worse"))?.best).toEqual({ best: null, measuredSince: 3 });
    expect(ids(await runs.listRuns("spruce"))).toEqual(["first", "second", "worse"]);
    expect((await runs.listRuns("maple"))[0]).toMatchObject({ step: 4, totalSteps: 60, modelId: "maple" });
  });

  it("are deleted one by one", async () => {
    await runs.saveCheckpoint(checkpoint("first", 3));
    await runs.saveCheckpoint(checkpoint("second", 5));
    await runs.deleteCheckpoint("first");
    await runs.deleteCheckpoint("never there");
    expect(await runs.loadCheckpoint("first")).toBeNull();
    expect(ids(await runs.listRuns("spruce"))).toEqual(["second"]);
  });
});

describe("runs in files", () => {
  it("of the version with one run per model can be resumed and deleted", async () => {
    const { createStore, set } = await import("idb-keyval");
    await set("spruce", checkpoint("old", 7), createStore("luthier-runs", "checkpoints"));
    offerFiles();
    await runs.saveCheckpoint(checkpoint("new", 9));
    expect(ids(await runs.listRuns("spruce"))).toEqual(["new", "old"]);
    expect(await runs.loadCheckpoint("old")).toEqual(checkpoint("old", 7));
    await runs.saveCheckpoint(checkpoint("old", 20));
    expect(await runs.loadCheckpoint("old")).toEqual(checkpoint("old", 20));
    await runs.deleteCheckpoint("old");
    expect(ids(await runs.listRuns("spruce"))).toEqual(["new"]);
  });

  it("of the version that marked frozen elements by −1 get a mask", async () => {
    const kept = checkpoint("old", 3);
    const isFrozen = (index: number): boolean => index === 0 || index === 31 || index === 69;
    const v = kept.snapshot.v.map((moment, index) => (isFrozen(index) ? -1 : moment));
    const { createStore, set } = await import("idb-keyval");
    const old = { ...kept, snapshot: { ...kept.snapshot, v } };
    await set("spruce", old, createStore("luthier-runs", "checkpoints"));
    offerFiles();
    const snapshot = (await runs.loadCheckpoint("old"))?.snapshot;
    expect(snapshot?.v).toEqual(kept.snapshot.v.map((moment, index) => (isFrozen(index) ? 0 : moment)));
    expect(snapshot?.frozen).toEqual(Uint32Array.of(2 ** 31 + 1, 0, 1 << 5));
    const again = { ...kept, snapshot: snapshot! };
    await runs.saveCheckpoint(again);
    expect(await runs.loadCheckpoint("old")).toEqual(again);
  });

  it("keep their last state when the disk is full, and survive the loss of the databases", async () => {
    offerFiles();
    await runs.saveCheckpoint(checkpoint("first", 3));
    FakeFile.full = true;
    await expect(runs.saveCheckpoint(checkpoint("first", 9))).rejects.toMatchObject({ code: "storage" });
    runs = await fresh(() => import("../../../src/storage/checkpoints"));
    expect(await runs.loadCheckpoint("first")).toEqual(checkpoint("first", 3));
  });

  it("keep numbers that JSON cannot represent", async () => {
    offerFiles();
    const odd = checkpoint("first", 3);
    const history = { ...odd.history, validation: [{ step: 1, loss: Number.POSITIVE_INFINITY }] };
    await runs.saveCheckpoint({ ...odd, history });
    expect((await runs.loadCheckpoint("first"))?.history).toEqual(history);
  });
});
