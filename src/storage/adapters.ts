import { get, getMany, keys, promisifyRequest } from "idb-keyval";
import type { AdapterSummary } from "../shared/adapter";
import type { RunConfig } from "../shared/training";
import { guarded, keysOf, openStore, putAll } from "./database";
import { canReplaceFiles } from "./file-system";
import { OpfsShelf } from "./opfs-shelf";

/** What is known of a kept adapter without reading its weights. */
export interface AdapterDetails extends AdapterSummary {
  /** Id of the base model it was trained on. */
  readonly modelId: string;
  /** The run that trained it, null for an imported one. */
  readonly run: {
    readonly config: RunConfig;
    readonly datasetName: string;
    readonly datasetRows: number;
  } | null;
}

/** A kept adapter. */
export interface StoredAdapter extends AdapterDetails {
  /** A safetensors file of every trained parameter, from which files for PEFT are made when they are asked for. */
  readonly values: Uint8Array<ArrayBuffer>;
  /** A file of the optimizer's state, from which a run can go on; absent without one. */
  readonly optimizer?: Uint8Array<ArrayBuffer>;
}

/** Where adapters are kept. */
interface AdapterStore {
  save(adapter: StoredAdapter): Promise<void>;
  all(): Promise<AdapterDetails[]>;
  load(id: string): Promise<StoredAdapter | null>;
  optimizer(id: string): Promise<Uint8Array<ArrayBuffer> | null>;
  rename(id: string, name: string): Promise<boolean>;
  delete(id: string): Promise<void>;
}

/** Details by [id, "details"], files by [id, "files"] and [id, "optimizer"]; all are written in one transaction. */
const entries = openStore("luthier-adapters", "adapters");

type Files = Pick<StoredAdapter, "values">;

/** For browsers without a private file system; and adapters that earlier versions kept there everywhere. */
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

const shelf = new OpfsShelf<AdapterDetails, "values" | "optimizer">("adapters");

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
 * Keeps an adapter, in place of an earlier one of the same id; when that fails the earlier one stays.
 * @throws LuthierError("storage") when the disk or the quota is full
 */
export async function saveAdapter(adapter: StoredAdapter): Promise<void> {
  await guarded("adapter-keep", async () => {
    const inFiles = await canReplaceFiles();
    await (inFiles ? opfsAdapters : idbAdapters).save(adapter);
    // One that an earlier version kept gives its room back; where that fails, the newer one still comes first.
    if (inFiles) await idbAdapters.delete(adapter.id).catch(() => undefined);
  });
}

/** The kept adapters of a model, the latest first. */
export async function listAdapters(modelId: string): Promise<AdapterDetails[]> {
  return (await listAllAdapters()).filter((details) => details.modelId === modelId);
}

/** The kept adapters of all models, the latest first. */
export async function listAllAdapters(): Promise<AdapterDetails[]> {
  const byId = await guarded("adapters-list", async () => {
    const inFiles = await opfsAdapters.all();
    // A database that does not open hides nothing that lies in files.
    const inDatabase = await idbAdapters.all().catch((error: unknown) => {
      if (inFiles.length === 0) throw error;
      return [];
    });
    return new Map([...inDatabase, ...inFiles].map((details) => [details.id, details]));
  });
  return [...byId.values()].sort((a, b) => b.savedAt - a.savedAt || a.id.localeCompare(b.id));
}

/** Bytes that each adapter takes in the private file system, by its id. */
export function adapterSizes(): Promise<ReadonlyMap<string, number>> {
  return guarded("adapters-list", () => shelf.sizes());
}

/** A kept adapter with its weights, or null when there is none of that id. */
export async function loadAdapter(id: string): Promise<StoredAdapter | null> {
  return guarded("adapter-read", async () => (await opfsAdapters.load(id)) ?? idbAdapters.load(id));
}

/** The optimizer's state of a kept adapter, or null when there is none. */
export async function loadOptimizer(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return guarded("optimizer-read", async () =>
    (await shelf.card(id)) ? opfsAdapters.optimizer(id) : idbAdapters.optimizer(id),
  );
}

/**
 * Gives a kept adapter another name.
 * @returns false when there is none of that id
 */
export async function renameAdapter(id: string, name: string): Promise<boolean> {
  return guarded(
    "adapter-rename",
    async () => (await opfsAdapters.rename(id, name)) || idbAdapters.rename(id, name),
  );
}

/** Deletes a kept adapter; nothing happens when it is not there. */
export async function deleteAdapter(id: string): Promise<void> {
  await guarded("adapter-delete", async () => {
    // The older copy first: it must not come to light again when the other is gone.
    await idbAdapters.delete(id);
    await opfsAdapters.delete(id);
  });
}
