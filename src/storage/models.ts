import { del, get, values } from "idb-keyval";
import { cancelled, LuthierError } from "../lib/errors";
import { newId } from "../lib/id";
import type { ModelCard } from "../shared/model";
import { cardText, readCardText } from "./card-text";
import { guarded, openStore, putAll } from "./database";
import { holdLock, ifUnlocked } from "./locks";
import { type FileBackend, fileStores, preferredBackend } from "./model-files";
import { ensureSpace } from "./quota";

/** A model file, named by its path in the model's folder. */
export interface ModelFile {
  readonly name: string;
  readonly blob: Blob;
}

/** Content of a folder's card. */
interface FolderCard {
  readonly card: ModelCard;
  readonly names: readonly string[];
}

interface StoredModel extends FolderCard {
  readonly place: FileBackend;
  /** New for each save, so that a failure leaves earlier files intact. */
  readonly folder: string;
}

/**
 * Index by id of the cards in the folders. A model exists once its folder has a card; the index is rebuilt from the
 * cards when they disagree.
 */
const models = openStore("luthier-models", "models");

/** Options of copying, with progress in bytes. */
export interface KeepOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Stores a model's files for later visits, replacing a model with the same id. Failure and cancellation leave
 * everything unchanged.
 * @throws LuthierError("storage") when the disk or quota is full, "cancelled" after an abort
 */
export async function keepModel(
  card: ModelCard,
  files: readonly ModelFile[],
  options: KeepOptions = {},
): Promise<void> {
  await ensureSpace("model-keep", totalSize(files), card.title);
  const place = await preferredBackend();
  const folder = newId();
  const release = await holdLock(lockName(folder));
  try {
    await guarded(
      "model-keep",
      async () => {
        await fileStores[place].writeNote(folder, "unfinished", "");
        await copyFiles(place, folder, files, options);
      },
      card.title,
    );
    await enter({ card, names: files.map(({ name }) => name), place, folder });
  } catch (error) {
    // Report the original failure; removeModelLeftovers cleans up the rest.
    await discardFolder(place, folder).catch(() => undefined);
    throw options.signal?.aborted ? cancelled() : error;
  } finally {
    release();
  }
}

/**
 * Stores a model whose files are already in an OPFS folder, numbered in the order of `names`. Replaces a model with the
 * same id.
 * @throws LuthierError("storage")
 */
export async function keepFolder(card: ModelCard, folder: string, names: readonly string[]): Promise<void> {
  await enter({ card, names, place: "opfs", folder });
}

/** Completes a folder, indexes it, and deletes the model's previous folder. */
async function enter(stored: StoredModel): Promise<void> {
  const { id, title } = stored.card;
  const kept = { ...stored, card: { ...stored.card, keptAt: Date.now() } };
  const earlier = await guarded("model-keep", allModels, title);
  await guarded("model-keep", () => writeCard(kept), title);
  // The card makes it permanent; a missing index entry is repaired from the folders.
  await putAll(models, [[id, kept]]).catch(() => undefined);
  await fileStores[kept.place].removeNote(kept.folder, "unfinished").catch(() => undefined);
  for (const { card, place, folder } of earlier) {
    if (card.id === id && folder !== stored.folder) await discardFolder(place, folder).catch(() => undefined);
  }
}

/** Updates the card of a stored model; does nothing if it is not stored. */
export async function updateCard(card: ModelCard): Promise<void> {
  await guarded("model-describe", async () => {
    const stored = await get<StoredModel>(card.id, models);
    if (!stored) return;
    const known = { ...stored, card: { ...stored.card, ...card } };
    await writeCard(known);
    await putAll(models, [[card.id, known]]);
  });
}

async function copyFiles(
  place: FileBackend,
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

/** Cards of all stored models, by title. */
export async function listModels(): Promise<ModelCard[]> {
  const stored = await guarded("models-list", allModels);
  return stored.map(({ card }) => card).sort((a, b) => a.title.localeCompare(b.title));
}

/**
 * Opens the files of a stored model.
 * @throws LuthierError("model") if it is not stored, or the browser has evicted its files
 */
export async function openModel(id: string): Promise<ModelFile[]> {
  const stored = (await guarded("model-open", allModels)).find(({ card }) => card.id === id);
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

/** Deletes a stored model, if present. */
export async function deleteModel(id: string): Promise<void> {
  await guarded("model-delete", async () => {
    const stored = (await allModels()).filter(({ card }) => card.id === id);
    for (const { place, folder } of stored) await unfinish(place, folder);
    await del(id, models);
    for (const { place, folder } of stored) await fileStores[place].delete(folder);
  });
}

/** Folders of all stored models. */
export async function keptFolders(): Promise<string[]> {
  return (await guarded("models-list", allModels)).map(({ folder }) => folder);
}

/**
 * Reconciles index and folders, and deletes folders marked unfinished by an interrupted save or deletion. Keeps folders
 * that another tab is writing, and unknown ones (see `unknownFolders`).
 */
export async function removeModelLeftovers(): Promise<void> {
  await guarded("models-clear", async () => {
    await reconcile();
    for (const place of await backends()) {
      for (const folder of await fileStores[place].folders()) {
        await ifUnlocked(lockName(folder), async () => {
          // Read under the lock: the model may just have been completed.
          if (await isLeftover(place, folder)) await discardFolder(place, folder);
        });
      }
    }
  });
}

/** An unidentified folder and its size. */
export interface UnknownFolder {
  readonly folder: string;
  readonly place: FileBackend;
  readonly sizeBytes: number;
}

/**
 * Folders without card, download or index entry: interrupted copies by earlier versions, or models whose index entry
 * was lost.
 */
export async function unknownFolders(): Promise<UnknownFolder[]> {
  return guarded("models-list", async () => {
    const kept = new Set((await allModels()).map(({ folder }) => folder));
    const found: UnknownFolder[] = [];
    for (const place of await backends()) {
      for (const folder of await fileStores[place].folders()) {
        if (kept.has(folder) || (await isNoted(place, folder))) continue;
        await ifUnlocked(lockName(folder), async () => {
          found.push({ folder, place, sizeBytes: await fileStores[place].sizeBytes(folder) });
        });
      }
    }
    return found;
  });
}

/** Deletes an unidentified folder, unless it now belongs to a model or download. */
export async function deleteUnknownFolder(folder: string): Promise<void> {
  const found = (await unknownFolders()).find((unknown) => unknown.folder === folder);
  if (found) await guarded("model-delete", () => discardFolder(found.place, folder));
}

/** Deletes a folder; if interrupted, it is left marked for deletion. */
export async function discardFolder(place: FileBackend, folder: string): Promise<void> {
  await unfinish(place, folder);
  await fileStores[place].delete(folder);
}

async function unfinish(place: FileBackend, folder: string): Promise<void> {
  const store = fileStores[place];
  // If the disk is too full even for the empty note, removing the card leaves the folder unidentified.
  await store.writeNote(folder, "unfinished", "").catch(() => undefined);
  await store.removeNote(folder, "card.json");
  await store.removeNote(folder, "download.json");
}

/** Backends to search, including one used before the browser supported OPFS. */
async function backends(): Promise<FileBackend[]> {
  return (await preferredBackend()) === "opfs" ? ["opfs", "idb"] : ["idb"];
}

/** Whether a folder is marked for deletion. */
async function isLeftover(place: FileBackend, folder: string): Promise<boolean> {
  const store = fileStores[place];
  if ((await store.readNote(folder, "unfinished")) === null) return false;
  return (
    (await store.readNote(folder, "card.json")) === null &&
    (await store.readNote(folder, "download.json")) === null
  );
}

async function isNoted(place: FileBackend, folder: string): Promise<boolean> {
  for (const note of ["card.json", "download.json", "unfinished"] as const) {
    if ((await fileStores[place].readNote(folder, note)) !== null) return true;
  }
  return false;
}

/** Models with cards, and index entries without one; works without the index. */
async function allModels(): Promise<StoredModel[]> {
  const carded = await cardedModels();
  const indexed = await values<StoredModel>(models).catch((error: unknown) => {
    if (carded.length === 0) throw error;
    return [];
  });
  return [...new Map([...indexed, ...carded].map((stored) => [stored.card.id, stored])).values()];
}

/** Models found in folders, by ascending date of saving. */
async function cardedModels(): Promise<StoredModel[]> {
  const found: StoredModel[] = [];
  for (const place of await backends()) {
    for (const folder of await fileStores[place].folders()) {
      const card = readCardText<FolderCard>(await fileStores[place].readNote(folder, "card.json"));
      if (card) found.push({ ...card, place, folder });
    }
  }
  return found.sort((a, b) => (a.card.keptAt ?? 0) - (b.card.keptAt ?? 0));
}

async function writeCard({ card, names, place, folder }: StoredModel): Promise<void> {
  await fileStores[place].writeNote(folder, "card.json", cardText({ card, names } satisfies FolderCard));
}

/** Writes missing cards for models of earlier versions, and indexes unknown models. */
async function reconcile(): Promise<void> {
  const carded = new Map<string, StoredModel>();
  for (const stored of await cardedModels()) {
    const replaced = carded.get(stored.card.id);
    if (replaced) await discardFolder(replaced.place, replaced.folder);
    carded.set(stored.card.id, stored);
  }
  const indexed = new Map((await values<StoredModel>(models)).map((stored) => [stored.card.id, stored]));
  for (const [id, stored] of carded) {
    if (indexed.get(id)?.folder !== stored.folder) await putAll(models, [[id, stored]]);
  }
  for (const [id, stored] of indexed) {
    if (carded.has(id)) continue;
    if (!(await fileStores[stored.place].folders()).includes(stored.folder)) continue;
    // Complete a deletion interrupted between card and index.
    if ((await fileStores[stored.place].readNote(stored.folder, "unfinished")) !== null)
      await del(id, models);
    else await writeCard(stored).catch(() => undefined);
  }
}

function lockName(folder: string): string {
  return `luthier-model-${folder}`;
}
