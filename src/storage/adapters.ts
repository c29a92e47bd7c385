import { createStore, get, getMany, keys, promisifyRequest } from "idb-keyval";
import type { AdapterSummary } from "../shared/adapter";
import type { RunConfig } from "../shared/training";
import { guarded, keysOf, putAll } from "./database";

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

/** Details by [id, "details"], files by [id, "files"] and [id, "optimizer"]; all are written in one transaction. */
const adapters = createStore("luthier-adapters", "adapters");

type Files = Pick<StoredAdapter, "values">;

/**
 * Keeps an adapter, in place of an earlier one of the same id; when that fails the earlier one stays.
 * @throws LuthierError("storage") when the disk or the quota is full
 */
export async function saveAdapter(adapter: StoredAdapter): Promise<void> {
  const { values, optimizer = null, ...details } = adapter;
  const files: Files = { values };
  await guarded("adapter-keep", () =>
    putAll(adapters, [
      [[adapter.id, "details"], details],
      [[adapter.id, "files"], files],
      [[adapter.id, "optimizer"], optimizer],
    ]),
  );
}

/** The kept adapters of a model, the latest first. */
export async function listAdapters(modelId: string): Promise<AdapterDetails[]> {
  const stored = await guarded("adapters-list", async () => {
    const all = await keys<[string, string]>(adapters);
    return getMany<AdapterDetails>(
      all.filter(([, part]) => part === "details"),
      adapters,
    );
  });
  return stored
    .filter((details) => details !== undefined)
    .filter((details) => details.modelId === modelId)
    .sort((a, b) => b.savedAt - a.savedAt || a.id.localeCompare(b.id));
}

/** A kept adapter with its weights, or null when there is none of that id. */
export async function loadAdapter(id: string): Promise<StoredAdapter | null> {
  return guarded("adapter-read", async () => {
    const details = await get<AdapterDetails>([id, "details"], adapters);
    const files = await get<Files>([id, "files"], adapters);
    return details && files ? { ...details, ...files } : null;
  });
}

/** The optimizer's state of a kept adapter, or null when there is none. */
export async function loadOptimizer(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return guarded("optimizer-read", async () => {
    return (await get<Uint8Array<ArrayBuffer> | null>([id, "optimizer"], adapters)) ?? null;
  });
}

/**
 * Gives a kept adapter another name.
 * @returns false when there is none of that id
 */
export async function renameAdapter(id: string, name: string): Promise<boolean> {
  return guarded("adapter-rename", async () => {
    const details = await get<AdapterDetails>([id, "details"], adapters);
    if (!details) return false;
    await putAll(adapters, [[[id, "details"], { ...details, name }]]);
    return true;
  });
}

/** Deletes a kept adapter; nothing happens when it is not there. */
export async function deleteAdapter(id: string): Promise<void> {
  await guarded("adapter-delete", () =>
    adapters("readwrite", (store) => promisifyRequest(store.delete(keysOf(id)))),
  );
}
