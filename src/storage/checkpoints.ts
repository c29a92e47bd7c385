import { entries } from "idb-keyval";
import { defined } from "../lib/invariant";
import type { RunHistory } from "../shared/run-history";
import type { RunConfig } from "../shared/training";
import { guarded, openStore, putAll } from "./database";
import { canReplaceFiles } from "./file-system";
import { OpfsShelf } from "./opfs-shelf";

/** A tensor by its parts, as the engine gives it. */
interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** A run that is under way, with everything that it needs to go on exactly after a reload. */
export interface RunCheckpoint {
  readonly modelId: string;
  /** The adapter that the run makes; its id is the run's. */
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

/** What is known of a kept run without reading its numbers. */
export interface KeptRun extends Pick<
  RunCheckpoint,
  "modelId" | "adapter" | "config" | "totalSteps" | "savedAt"
> {
  readonly step: number;
}

/** Runs as versions before had them, one for each model, by the model's id; and by their own where there are no files. */
const records = openStore("luthier-runs", "checkpoints");

/** A checkpoint without its numbers, which lie in one file: the snapshot's three parts, then each of the best values. */
interface RunCard extends Omit<RunCheckpoint, "snapshot" | "best"> {
  readonly snapshot: Pick<RunCheckpoint["snapshot"], "step" | "earlierSteps">;
  readonly numbers: number;
  /** Words of the frozen numbers' bits, behind the snapshot's three parts; absent where none is frozen. */
  readonly frozenWords?: number;
  readonly best: {
    readonly best: {
      readonly step: number;
      readonly loss: number;
      readonly values: readonly {
        readonly name: string;
        readonly shape: readonly number[];
        readonly numbers: number;
      }[];
    } | null;
    readonly measuredSince: number;
  };
}

const shelf = new OpfsShelf<RunCard, "numbers">("runs");

/**
 * Keeps a run's checkpoint in the place of its last one.
 * @throws LuthierError("storage") when the disk or the quota is full; the last one then stays
 */
export async function saveCheckpoint(checkpoint: RunCheckpoint): Promise<void> {
  const { id } = checkpoint.adapter;
  await guarded("progress-keep", async () => {
    if (!(await canReplaceFiles())) return putAll(records, [[id, checkpoint]]);
    const { card, parts } = toCard(checkpoint);
    await shelf.save(id, card, [["numbers", parts]]);
  });
}

/** The runs of a model that have not come to their end, the latest first. */
export async function listRuns(modelId: string): Promise<KeptRun[]> {
  return (await listAllRuns()).filter((run) => run.modelId === modelId);
}

/** The runs of all models that have not come to their end, the latest first. */
export async function listAllRuns(): Promise<KeptRun[]> {
  const byId = await guarded("progress-read", async () => {
    const inFiles = (await shelf.cards()).map((card) => describe(card));
    const inDatabase = await recorded().catch((error: unknown) => {
      if (inFiles.length === 0) throw error;
      return [];
    });
    const all = [...inDatabase.map(([, run]) => describe(run)), ...inFiles];
    return new Map(all.map((run) => [run.adapter.id, run]));
  });
  return [...byId.values()].sort((a, b) => b.savedAt - a.savedAt);
}

/** Bytes that each run takes in the private file system, by its id. */
export function runSizes(): Promise<ReadonlyMap<string, number>> {
  return guarded("progress-read", () => shelf.sizes());
}

/** A run by its id (that of the adapter it makes), or null where it is not kept. */
export async function loadCheckpoint(id: string): Promise<RunCheckpoint | null> {
  return guarded("progress-read", async () => {
    const [card, bytes] = [await shelf.card(id), await shelf.file(id, "numbers")];
    if (card && bytes) return fromCard(card, bytes);
    const found = (await recorded()).find(([, run]) => run.adapter.id === id);
    return found ? { ...found[1], snapshot: withFrozenBits(found[1].snapshot) } : null;
  });
}

/** Forgets a run; nothing happens when it is not kept. */
export async function deleteCheckpoint(id: string): Promise<void> {
  await guarded("progress-forget", async () => {
    const found = (await recorded()).filter(([, run]) => run.adapter.id === id);
    await records("readwrite", (store) => {
      for (const [key] of found) store.delete(key);
    });
    await shelf.delete(id);
  });
}

function recorded(): Promise<[IDBValidKey, RunCheckpoint][]> {
  return entries<IDBValidKey, RunCheckpoint>(records);
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

function describe({
  modelId,
  adapter,
  config,
  totalSteps,
  savedAt,
  snapshot,
}: RunCheckpoint | RunCard): KeptRun {
  return { modelId, adapter, config, totalSteps, savedAt, step: snapshot.step };
}

function toCard({ snapshot, best, ...run }: RunCheckpoint): { card: RunCard; parts: BlobPart[] } {
  const { parameters, m, v, frozen, ...counts } = snapshot;
  const values = [...(best.best?.values ?? [])];
  const card: RunCard = {
    ...run,
    snapshot: counts,
    numbers: parameters.length,
    ...(frozen && { frozenWords: frozen.length }),
    best: {
      measuredSince: best.measuredSince,
      best: best.best && {
        step: best.best.step,
        loss: best.best.loss,
        values: values.map(([name, { shape, data }]) => ({ name, shape, numbers: data.length })),
      },
    },
  };
  return {
    card,
    parts: [parameters, m, v, ...(frozen ? [frozen] : []), ...values.map(([, { data }]) => data)],
  };
}

function fromCard(
  { numbers, frozenWords, snapshot, best, ...run }: RunCard,
  bytes: Uint8Array<ArrayBuffer>,
): RunCheckpoint {
  let offset = 0;
  const takeBytes = (count: number): ArrayBuffer => bytes.slice(offset, (offset += 4 * count)).buffer;
  const take = (count: number): Float32Array<ArrayBuffer> => new Float32Array(takeBytes(count));
  const [parameters, m, v] = [take(numbers), take(numbers), take(numbers)];
  const frozen = frozenWords === undefined ? null : new Uint32Array(takeBytes(frozenWords));
  const tensors = best.best?.values.map(({ name, shape, numbers: count }): [string, StoredTensor] => [
    name,
    { shape, data: take(count) },
  ]);
  return {
    ...run,
    snapshot: { ...snapshot, parameters, m, v, ...(frozen && { frozen }) },
    best: {
      measuredSince: best.measuredSince,
      best: best.best && { ...best.best, values: new Map(defined(tensors, "the best values")) },
    },
  };
}
