import { entries } from "idb-keyval";
import { defined } from "../lib/invariant";
import type { RunHistory } from "../shared/run-history";
import type { RunConfig } from "../shared/training";
import { guarded, openStore, putAll } from "./database";
import { canReplaceFiles } from "./file-system";
import { OpfsStore } from "./opfs-store";

/** A tensor on the host. */
interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Log-probabilities of a run's preference pairs before training. */
export interface RunReferences {
  /** Digest of the model and the tokens. */
  readonly tokens: string;
  /** Chosen and rejected answer of each pair. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** An unfinished run, with all that is needed to continue it exactly after a reload. */
export interface RunCheckpoint {
  readonly modelId: string;
  /** The adapter being trained; its id identifies the run. */
  readonly adapter: { readonly id: string; readonly name: string };
  readonly config: RunConfig;
  readonly totalSteps: number;
  readonly savedAt: number;
  /** Training time so far. */
  readonly elapsedMs: number;
  readonly history: RunHistory;
  /** Step count, and flat parameters and AdamW moments. */
  readonly snapshot: {
    readonly step: number;
    readonly earlierSteps?: number;
    readonly parameters: Float32Array<ArrayBuffer>;
    readonly m: Float32Array<ArrayBuffer>;
    readonly v: Float32Array<ArrayBuffer>;
    /** Bitmask of frozen elements; absent if there are none. */
    readonly frozen?: Uint32Array<ArrayBuffer>;
  };
  readonly best: {
    readonly best: {
      readonly step: number;
      readonly loss: number;
      readonly figure?: number;
      readonly values: ReadonlyMap<string, StoredTensor>;
    } | null;
    readonly measuredSince: number;
  };
  /** Absent if the objective does not use a reference. */
  readonly references?: RunReferences;
}

/** Metadata of a stored run. */
export interface StoredRun extends Pick<
  RunCheckpoint,
  "modelId" | "adapter" | "config" | "totalSteps" | "savedAt"
> {
  readonly step: number;
}

/** Fallback without OPFS, keyed by run id. Earlier versions stored one run per model, keyed by model id. */
const records = openStore("luthier-runs", "checkpoints");

/**
 * Checkpoint metadata. Its numbers are in one file: the snapshot's three arrays, the frozen mask, each of the best
 * values, then the references.
 */
interface RunCard extends Omit<RunCheckpoint, "snapshot" | "best" | "references"> {
  readonly snapshot: Pick<RunCheckpoint["snapshot"], "step" | "earlierSteps">;
  readonly numbers: number;
  /** Length of the frozen mask in 32-bit words; absent if nothing is frozen. */
  readonly frozenWords?: number;
  readonly references?: { readonly tokens: string; readonly numbers: number };
  readonly best: {
    readonly best: {
      readonly step: number;
      readonly loss: number;
      readonly figure?: number;
      readonly values: readonly {
        readonly name: string;
        readonly shape: readonly number[];
        readonly numbers: number;
      }[];
    } | null;
    readonly measuredSince: number;
  };
}

const shelf = new OpfsStore<RunCard, "numbers">("runs");

/**
 * Saves a run's checkpoint, replacing the previous one.
 * @throws LuthierError("storage") when the disk or quota is full; the previous one is kept
 */
export async function saveCheckpoint(checkpoint: RunCheckpoint): Promise<void> {
  const { id } = checkpoint.adapter;
  await guarded("progress-keep", async () => {
    if (!(await canReplaceFiles())) return putAll(records, [[id, checkpoint]]);
    const { card, parts } = toCard(checkpoint);
    await shelf.save(id, card, [["numbers", parts]]);
  });
}

/** Deletes what a browser that died while saving left behind. */
export function removeCheckpointLeftovers(): Promise<void> {
  return shelf.removeLeftovers();
}

/** A model's unfinished runs, newest first. */
export async function listRuns(modelId: string): Promise<StoredRun[]> {
  return (await listAllRuns()).filter((run) => run.modelId === modelId);
}

/** All unfinished runs, newest first. */
export async function listAllRuns(): Promise<StoredRun[]> {
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

/** Bytes per run in OPFS, by id. */
export function runSizes(): Promise<ReadonlyMap<string, number>> {
  return guarded("progress-read", () => shelf.sizes());
}

/** A run by the id of its adapter; null if there is none. */
export async function loadCheckpoint(id: string): Promise<RunCheckpoint | null> {
  return guarded("progress-read", async () => {
    const [card, bytes] = [await shelf.card(id), await shelf.file(id, "numbers")];
    if (card && bytes) return fromCard(card, bytes);
    const found = (await recorded()).find(([, run]) => run.adapter.id === id);
    return found ? { ...found[1], snapshot: withFrozenBits(found[1].snapshot) } : null;
  });
}

/** Deletes a run, if present. */
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

/** Second moment by which earlier versions marked frozen elements. */
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
}: RunCheckpoint | RunCard): StoredRun {
  return { modelId, adapter, config, totalSteps, savedAt, step: snapshot.step };
}

function toCard({ snapshot, best, references, ...run }: RunCheckpoint): { card: RunCard; parts: BlobPart[] } {
  const { parameters, m, v, frozen, ...counts } = snapshot;
  const values = [...(best.best?.values ?? [])];
  const card: RunCard = {
    ...run,
    snapshot: counts,
    numbers: parameters.length,
    ...(frozen && { frozenWords: frozen.length }),
    ...(references && { references: { tokens: references.tokens, numbers: references.values.length } }),
    best: {
      measuredSince: best.measuredSince,
      best: best.best && {
        step: best.best.step,
        loss: best.best.loss,
        ...(best.best.figure !== undefined && { figure: best.best.figure }),
        values: values.map(([name, { shape, data }]) => ({ name, shape, numbers: data.length })),
      },
    },
  };
  const bests = values.map(([, { data }]) => data);
  const optional = [...(frozen ? [frozen] : []), ...bests, ...(references ? [references.values] : [])];
  return { card, parts: [parameters, m, v, ...optional] };
}

function fromCard(
  { numbers, frozenWords, snapshot, best, references, ...run }: RunCard,
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
  const kept = references && { tokens: references.tokens, values: take(references.numbers) };
  return {
    ...run,
    ...(kept && { references: kept }),
    snapshot: { ...snapshot, parameters, m, v, ...(frozen && { frozen }) },
    best: {
      measuredSince: best.measuredSince,
      best: best.best && { ...best.best, values: new Map(defined(tensors, "the best values")) },
    },
  };
}
