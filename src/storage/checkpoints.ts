import { createStore, del, get } from "idb-keyval";
import type { RunHistory } from "../shared/run-history";
import type { RunConfig } from "../shared/training";
import { guarded, putAll } from "./database";

/** A tensor by its parts, as the engine gives it. */
interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** A run that is under way, with everything that it needs to go on exactly after a reload. */
export interface RunCheckpoint {
  readonly modelId: string;
  /** The adapter that the run makes. */
  readonly adapter: { readonly id: string; readonly name: string };
  readonly config: RunConfig;
  readonly totalSteps: number;
  readonly savedAt: number;
  /** Time that the run has taken so far. */
  readonly elapsedMs: number;
  readonly history: RunHistory;
  /** Steps done, the adapter's parameters and AdamW's moments, flat. */
  readonly snapshot: {
    readonly step: number;
    readonly earlierSteps?: number;
    readonly parameters: Float32Array<ArrayBuffer>;
    readonly m: Float32Array<ArrayBuffer>;
    readonly v: Float32Array<ArrayBuffer>;
    /** A bit for each number that is frozen; absent where none is. */
    readonly frozen?: Uint32Array<ArrayBuffer>;
  };
  readonly best: {
    readonly best: {
      readonly step: number;
      readonly loss: number;
      readonly values: ReadonlyMap<string, StoredTensor>;
    } | null;
    readonly measuredSince: number;
  };
}

/** One run for each model, by the model's id. */
const checkpoints = createStore("luthier-runs", "checkpoints");

/**
 * Keeps a run's checkpoint in the place of the model's last one.
 * @throws LuthierError("storage") when the disk or the quota is full; the last one then stays
 */
export async function saveCheckpoint(checkpoint: RunCheckpoint): Promise<void> {
  await guarded("progress-keep", () => putAll(checkpoints, [[checkpoint.modelId, checkpoint]]));
}

/** The run of a model that has not come to its end, or null. */
export async function loadCheckpoint(modelId: string): Promise<RunCheckpoint | null> {
  return guarded("progress-read", async () => {
    const kept = await get<RunCheckpoint>(modelId, checkpoints);
    return kept ? { ...kept, snapshot: withFrozenBits(kept.snapshot) } : null;
  });
}

/** What earlier versions keep as the second moment of a frozen number. */
const FROZEN_MOMENT = -1;

function withFrozenBits(snapshot: RunCheckpoint["snapshot"]): RunCheckpoint["snapshot"] {
  if (!snapshot.v.includes(FROZEN_MOMENT)) return snapshot;
  const frozen = new Uint32Array(Math.ceil(snapshot.v.length / 32));
  const v = snapshot.v.map((moment, i) => {
    if (moment !== FROZEN_MOMENT) return moment;
    frozen[i >>> 5] = (frozen[i >>> 5] ?? 0) | (1 << (i & 31));
    return 0;
  });
  return { ...snapshot, v, frozen };
}

/** Forgets a model's run; nothing happens when there is none. */
export async function deleteCheckpoint(modelId: string): Promise<void> {
  await guarded("progress-forget", () => del(modelId, checkpoints));
}
