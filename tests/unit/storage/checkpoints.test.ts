import { expect, it } from "vitest";
import type { RunConfig } from "../../../src/shared/training";
import type { RunCheckpoint } from "../../../src/storage/checkpoints";
import { fresh } from "./fresh";

const open = () => fresh(() => import("../../../src/storage/checkpoints"));

function checkpoint(modelId: string, step: number): RunCheckpoint {
  const flat = (seed: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: 70 }, (_, index) => Math.fround(Math.sin(seed + index) * 1e-7));
  return {
    modelId,
    adapter: { id: "adapter", name: "LoRA, pirates" },
    config: { datasetId: "data", modelId } as RunConfig,
    totalSteps: 60,
    savedAt: 1,
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

it("keeps a run bit for bit, one for each model, the last in the place of those before", async () => {
  const { loadCheckpoint, saveCheckpoint } = await open();
  await saveCheckpoint(checkpoint("small", 3));
  await saveCheckpoint(checkpoint("large", 5));
  await saveCheckpoint(checkpoint("small", 9));
  expect(await loadCheckpoint("small")).toEqual(checkpoint("small", 9));
  expect(await loadCheckpoint("large")).toEqual(checkpoint("large", 5));
});

it("reads frozen numbers from runs of earlier versions, which kept −1 as their second moment", async () => {
  const { loadCheckpoint, saveCheckpoint } = await open();
  const kept = checkpoint("small", 3);
  const isFrozen = (index: number): boolean => index === 0 || index === 31 || index === 69;
  const v = kept.snapshot.v.map((moment, index) => (isFrozen(index) ? -1 : moment));
  await saveCheckpoint({ ...kept, snapshot: { ...kept.snapshot, v } });
  const snapshot = (await loadCheckpoint("small"))?.snapshot;
  expect(snapshot?.v).toEqual(kept.snapshot.v.map((moment, index) => (isFrozen(index) ? 0 : moment)));
  expect(snapshot?.frozen).toEqual(Uint32Array.of(2 ** 31 + 1, 0, 1 << 5));
});

it("forgets a run when told to", async () => {
  const { deleteCheckpoint, loadCheckpoint, saveCheckpoint } = await open();
  await saveCheckpoint(checkpoint("small", 3));
  await deleteCheckpoint("small");
  await deleteCheckpoint("other");
  expect(await loadCheckpoint("small")).toBeNull();
});
