import { get, getMany, keys, promisifyRequest } from "idb-keyval";
import type { AdapterSummary } from "../shared/adapter";
import type { RunConfig } from "../shared/training";
import { guarded, keysOf, openStore, putAll } from "./database";
import { canReplaceFiles } from "./file-system";
import { OpfsStore } from "./opfs-store";

/** Metadata of a stored adapter. */
export interface AdapterDetails extends AdapterSummary {
  /** Id of its base model. */
  readonly modelId: string;
  /** The run that trained it; null if imported. */
  readonly run: {
    readonly config: RunConfig;
    readonly datasetName: string;
    readonly datasetRows: number;
    readonly mixedName?: string;
  } | null;
}

/** A stored adapter. */
export interface StoredAdapter extends AdapterDetails {
  /** All parameters as safetensors; exports are generated from it. */
  readonly values: Uint8Array<ArrayBuffer>;
  /** Optimizer state for continuing the run; absent if not kept. */
  readonly optimizer?: Uint8Array<ArrayBuffer>;
}

/** Storage backend of adapters. */
interface AdapterStore {
  save(adapter: StoredAdapter): Promise<void>;
  all(): Promise<AdapterDetails[]>;
  load(id: string): Promise<StoredAdapter | null>;
  optimizer(id: string): Promise<Uint8Array<ArrayBuffer> | null>;
  rename(id: string, name: string): Promise<boolean>;
  delete(id: string): Promise<void>;
}

/** Metadata under [id, "details"], files under [id, "files"] and [id, "optimizer"], written in one transaction. */
const entries = openStore("luthier-adapters", "adapters");

type Files = Pick<StoredAdapter, "values">;

/** Fallback without OPFS, and where earlier versions stored all adapters. */
const idbAdapters: AdapterStore = {
  save({ values, optimizer = null, ...details }) {
    const files: Files = { values };
    return putAll(entries, [
      [[details.id, "details"], details],
      [[details.id, "files"], files],
      [[details.id, "optimizer"], optimizer],
    ]);
  },
  async all() {
    const known = await keys<[string, string]>(entries);
    const parts = known.filter(([, part]) => part === "details");
    return (await getMany<AdapterDetails>(parts, entries)).filter((details) => details !== undefined);
  },
  async load(id) {
    const details = await get<AdapterDetails>([id, "details"], entries);
    const files = await get<Files>([id, "files"], entries);
    return details && files ? { ...details, ...files } : null;
  },
  optimizer: async (id) => (await get<Uint8Array<ArrayBuffer> | null>([id, "optimizer"], entries)) ?? null,
  async rename(id, name) {
    const details = await get<AdapterDetails>([id, "details"], entries);
    if (details) await putAll(entries, [[[id, "details"], { ...details, name }]]);
    return details !== undefined;
  },
  delete: (id) => entries("readwrite", (store) => promisifyRequest(store.delete(keysOf(id)))),
};

const shelf = new OpfsStore<AdapterDetails, "values" | "optimizer">("adapters");

const opfsAdapters: AdapterStore = {
  save({ values, optimizer, ...details }) {
    return shelf.save(details.id, details, [
      ["values", [values]],
      ...(optimizer ? [["optimizer", [optimizer]] as const] : []),
    ]);
  },
  all: () => shelf.cards(),
  async load(id) {
    const [details, values] = [await shelf.card(id), await shelf.file(id, "values")];
    return details && values ? { ...details, values } : null;
  },
  optimizer: (id) => shelf.file(id, "optimizer"),
  rename: (id, name) => shelf.describe(id, (details) => ({ ...details, name })),
  delete: (id) => shelf.delete(id),
};

/**
 * Saves an adapter, replacing one with the same id; on failure the earlier one is unchanged.
 * @throws LuthierError("storage") when the disk or quota is full
 */
export async function saveAdapter(adapter: StoredAdapter): Promise<void> {
  await guarded("adapter-keep", async () => {
    const inFiles = await canReplaceFiles();
    await (inFiles ? opfsAdapters : idbAdapters).save(adapter);
    // Frees the copy of an earlier version; if that fails, the new one takes precedence anyway.
    if (inFiles) await idbAdapters.delete(adapter.id).catch(() => undefined);
  });
}

/** Deletes what a browser that died while saving left behind. */
export function removeAdapterLeftovers(): Promise<void> {
  return shelf.removeLeftovers();
}

/** A model's adapters, newest first. */
export async function listAdapters(modelId: string): Promise<AdapterDetails[]> {
  return (await listAllAdapters()).filter((details) => details.modelId === modelId);
}

/** All adapters, newest first. */
export async function listAllAdapters(): Promise<AdapterDetails[]> {
  const byId = await guarded("adapters-list", async () => {
    const inFiles = await opfsAdapters.all();
    // A database that fails to open must not hide adapters in files.
    const inDatabase = await idbAdapters.all().catch((error: unknown) => {
      if (inFiles.length === 0) throw error;
      return [];
    });
    return new Map([...inDatabase, ...inFiles].map((details) => [details.id, details]));
  });
  return [...byId.values()].sort((a, b) => b.savedAt - a.savedAt || a.id.localeCompare(b.id));
}

/** Metadata of an adapter; null if there is none. */
export async function findAdapter(id: string): Promise<AdapterDetails | null> {
  return guarded(
    "adapter-read",
    async () => (await shelf.card(id)) ?? (await get<AdapterDetails>([id, "details"], entries)) ?? null,
  );
}

/** Bytes per adapter in OPFS, by id. */
export function adapterSizes(): Promise<ReadonlyMap<string, number>> {
  return guarded("adapters-list", () => shelf.sizes());
}

/** An adapter with its weights; null if there is none. */
export async function loadAdapter(id: string): Promise<StoredAdapter | null> {
  return guarded("adapter-read", async () => (await opfsAdapters.load(id)) ?? idbAdapters.load(id));
}

/** The optimizer state of an adapter; null if there is none. */
export async function loadOptimizer(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return guarded("optimizer-read", async () =>
    (await shelf.card(id)) ? opfsAdapters.optimizer(id) : idbAdapters.optimizer(id),
  );
}

/**
 * Renames an adapter.
 * @returns false if there is none
 */
export async function renameAdapter(id: string, name: string): Promise<boolean> {
  return guarded(
    "adapter-rename",
    async () => (await opfsAdapters.rename(id, name)) || idbAdapters.rename(id, name),
  );
}

/** Deletes an adapter, if present. */
export async function deleteAdapter(id: string): Promise<void> {
  await guarded("adapter-delete", async () => {
    // The older copy first, or it would reappear.
    await idbAdapters.delete(id);
    await opfsAdapters.delete(id);
  });
}
