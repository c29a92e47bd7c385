import { createStore, del, get, values } from "idb-keyval";
import { cancelled, LuthierError } from "../lib/errors";
import { newId } from "../lib/id";
import type { ModelCard } from "../shared/model";
import { guarded, putAll } from "./database";
import { holdLock, ifUnlocked } from "./locks";
import { type FilePlace, fileStores, preferredPlace } from "./model-files";
import { ensureRoom } from "./quota";

/** A file of a model under its path in the model's folder. */
export interface ModelFile {
  readonly name: string;
  readonly blob: Blob;
}

interface StoredModel {
  readonly card: ModelCard;
  readonly names: readonly string[];
  readonly place: FilePlace;
  /** The folder of its files; a new one every time, so that a failure leaves the earlier files alone. */
  readonly folder: string;
}

/** Cards and file names by id. A model is kept from the moment its entry is here. */
const models = createStore("luthier-models", "models");

/** Progress of copying, in bytes. */
export interface KeepOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Keeps the files of a model, so that a reload can load it again, in place of an earlier model of the same id. When it
 * fails or is cancelled everything is as before.
 * @throws LuthierError("storage") when the disk or the quota is full, "cancelled" after an abort
 */
export async function keepModel(
  card: ModelCard,
  files: readonly ModelFile[],
  options: KeepOptions = {},
): Promise<void> {
  await ensureRoom("model-keep", totalSize(files), card.title);
  const place = await preferredPlace();
  const folder = newId();
  const release = await holdLock(lockName(folder));
  try {
    await guarded("model-keep", () => copyFiles(place, folder, files, options), card.title);
    await enter({ card, names: files.map(({ name }) => name), place, folder });
  } catch (error) {
    await guarded("model-clear", () => fileStores[place].delete(folder));
    throw options.signal?.aborted ? cancelled() : error;
  } finally {
    release();
  }
}

/**
 * Keeps a model whose files already lie in a folder of the private file system, numbered in the order of `names`; in
 * place of an earlier model of the same id.
 * @throws LuthierError("storage")
 */
export async function keepFolder(card: ModelCard, folder: string, names: readonly string[]): Promise<void> {
  await enter({ card, names, place: "opfs", folder });
}

/** Makes an entry, and clears away the files of the one before it. */
async function enter(stored: StoredModel): Promise<void> {
  const { id, title } = stored.card;
  const card = { ...stored.card, keptAt: Date.now() };
  const replace = async (): Promise<void> => {
    const earlier = await get<StoredModel>(id, models);
    await putAll(models, [[id, { ...stored, card }]]);
    if (earlier && earlier.folder !== stored.folder) await fileStores[earlier.place].delete(earlier.folder);
  };
  await guarded("model-keep", replace, title);
}

/** Takes what loading a kept model has shown of it; nothing happens when it is not kept. */
export async function updateCard(card: ModelCard): Promise<void> {
  await guarded("model-describe", async () => {
    const stored = await get<StoredModel>(card.id, models);
    if (stored) await putAll(models, [[card.id, { ...stored, card: { ...stored.card, ...card } }]]);
  });
}

async function copyFiles(
  place: FilePlace,
  folder: string,
  files: readonly ModelFile[],
  { signal, onProgress }: KeepOptions,
): Promise<void> {
  const totalBytes = totalSize(files);
  let doneBytes = 0;
  const onBytes = (bytes: number): void => {
    doneBytes += bytes;
    onProgress?.(doneBytes, totalBytes);
  };
  for (const [index, { blob }] of files.entries()) {
    await fileStores[place].write(folder, index, blob, onBytes, signal);
  }
}

function totalSize(files: readonly ModelFile[]): number {
  return files.reduce((sum, { blob }) => sum + blob.size, 0);
}

/** Cards of all kept models, by title. */
export async function listModels(): Promise<ModelCard[]> {
  const stored = await guarded("models-list", () => values<StoredModel>(models));
  return stored.map(({ card }) => card).sort((a, b) => a.title.localeCompare(b.title));
}

/**
 * The files of a kept model, unread.
 * @throws LuthierError("model") when the model was not kept, or the browser has cleared its files away
 */
export async function openModel(id: string): Promise<ModelFile[]> {
  const stored = await guarded("model-open", () => get<StoredModel>(id, models));
  const gone = (cause?: unknown): LuthierError =>
    new LuthierError({ code: "model/files-gone", title: stored?.card.title ?? null }, { cause });
  if (!stored) throw gone();
  const { names, place, folder } = stored;
  const open = async (name: string, index: number): Promise<ModelFile> => ({
    name,
    blob: await fileStores[place].open(folder, index).catch((cause: unknown) => Promise.reject(gone(cause))),
  });
  return Promise.all(names.map(open));
}

/** Deletes a kept model; nothing happens when it is not there. */
export async function deleteModel(id: string): Promise<void> {
  await guarded("model-delete", async () => {
    const stored = await get<StoredModel>(id, models);
    await del(id, models);
    if (stored) await fileStores[stored.place].delete(stored.folder);
  });
}

/** The folders of all kept models. */
export async function keptFolders(): Promise<string[]> {
  return (await guarded("models-list", () => values<StoredModel>(models))).map(({ folder }) => folder);
}

/**
 * Removes the files of models whose keeping broke off; those that another tab is still writing stay.
 * @param alsoKnown further folders that something else still wants
 */
export async function removeModelLeftovers(alsoKnown: () => Promise<readonly string[]>): Promise<void> {
  const place = await preferredPlace();
  await guarded("models-clear", async () => {
    for (const folder of await fileStores[place].folders()) {
      await ifUnlocked(lockName(folder), async () => {
        // Read under the lock: the model may have been finished a moment ago.
        const known = [...(await alsoKnown()), ...(await keptFolders())];
        if (!known.includes(folder)) await fileStores[place].delete(folder);
      });
    }
  });
}

function lockName(folder: string): string {
  return `luthier-model-${folder}`;
}
