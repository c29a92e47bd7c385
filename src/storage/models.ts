import { del, get, values } from "idb-keyval";
import { cancelled, LuthierError } from "../lib/errors";
import { newId } from "../lib/id";
import type { ModelCard } from "../shared/model";
import { cardText, readCardText } from "./card-text";
import { guarded, openStore, putAll } from "./database";
import { holdLock, ifUnlocked } from "./locks";
import { type FilePlace, fileStores, preferredPlace } from "./model-files";
import { ensureRoom } from "./quota";

/** A file of a model under its path in the model's folder. */
export interface ModelFile {
  readonly name: string;
  readonly blob: Blob;
}

/** What the card in a model's folder says. */
interface FolderCard {
  readonly card: ModelCard;
  readonly names: readonly string[];
}

interface StoredModel extends FolderCard {
  readonly place: FilePlace;
  /** The folder of its files; a new one every time, so that a failure leaves the earlier files alone. */
  readonly folder: string;
}

/**
 * Cards, file names and folders by id: an index of what the folders' own cards say. A model is kept from the moment that
 * its folder has a card, and the index is made anew from the cards wherever the two differ.
 */
const models = openStore("luthier-models", "models");

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
    // The failure is the one to tell; what clearing away misses, removeModelLeftovers finds.
    await discardFolder(place, folder).catch(() => undefined);
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

/** Finishes a folder, enters it in the index, and clears away the folder that the model had before. */
async function enter(stored: StoredModel): Promise<void> {
  const { id, title } = stored.card;
  const kept = { ...stored, card: { ...stored.card, keptAt: Date.now() } };
  const earlier = await guarded("model-keep", allModels, title);
  await guarded("model-keep", () => writeCard(kept), title);
  // From here on it is kept; what the index lacks is found by the next look at the folders.
  await putAll(models, [[id, kept]]).catch(() => undefined);
  await fileStores[kept.place].removeNote(kept.folder, "unfinished").catch(() => undefined);
  for (const { card, place, folder } of earlier) {
    if (card.id === id && folder !== stored.folder) await discardFolder(place, folder).catch(() => undefined);
  }
}

/** Takes what loading a kept model has shown of it; nothing happens when it is not kept. */
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
  const stored = await guarded("models-list", allModels);
  return stored.map(({ card }) => card).sort((a, b) => a.title.localeCompare(b.title));
}

/**
 * The files of a kept model, unread.
 * @throws LuthierError("model") when the model was not kept, or the browser has cleared its files away
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

/** Deletes a kept model; nothing happens when it is not there. */
export async function deleteModel(id: string): Promise<void> {
  await guarded("model-delete", async () => {
    const stored = (await allModels()).filter(({ card }) => card.id === id);
    for (const { place, folder } of stored) await unfinish(place, folder);
    await del(id, models);
    for (const { place, folder } of stored) await fileStores[place].delete(folder);
  });
}

/** The folders of all kept models. */
export async function keptFolders(): Promise<string[]> {
  return (await guarded("models-list", allModels)).map(({ folder }) => folder);
}

/**
 * Brings index and folders into accord, and clears away the folders that say of themselves that they are unfinished: a
 * keeping or a deletion broke off. Those that another tab is still writing stay, and so does every folder of which
 * nothing is known: `unknownFolders` lists those.
 */
export async function removeModelLeftovers(): Promise<void> {
  await guarded("models-clear", async () => {
    await reconcile();
    for (const place of await places()) {
      for (const folder of await fileStores[place].folders()) {
        await ifUnlocked(lockName(folder), async () => {
          // Read under the lock: the model may have been finished a moment ago.
          if (await isLeftover(place, folder)) await discardFolder(place, folder);
        });
      }
    }
  });
}

/** A folder of which nothing is known, with the bytes that lie in it. */
export interface UnknownFolder {
  readonly folder: string;
  readonly place: FilePlace;
  readonly sizeBytes: number;
}

/**
 * Folders without card, download or model: what earlier versions left behind when a copy broke off, or files of a model
 * whose record the browser has lost.
 */
export async function unknownFolders(): Promise<UnknownFolder[]> {
  return guarded("models-list", async () => {
    const kept = new Set((await allModels()).map(({ folder }) => folder));
    const found: UnknownFolder[] = [];
    for (const place of await places()) {
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

/** Deletes a folder of which nothing is known; one that has come to be a model's or a download's stays. */
export async function deleteUnknownFolder(folder: string): Promise<void> {
  const found = (await unknownFolders()).find((unknown) => unknown.folder === folder);
  if (found) await guarded("model-delete", () => discardFolder(found.place, folder));
}

/** Clears a folder away; once begun, a crash in between leaves no more than a leftover. */
export async function discardFolder(place: FilePlace, folder: string): Promise<void> {
  await unfinish(place, folder);
  await fileStores[place].delete(folder);
}

async function unfinish(place: FilePlace, folder: string): Promise<void> {
  const store = fileStores[place];
  // Where not even the empty note finds room, the card alone goes: the folder is then one of those unknown.
  await store.writeNote(folder, "unfinished", "").catch(() => undefined);
  await store.removeNote(folder, "card.json");
  await store.removeNote(folder, "download.json");
}

/** The places in which folders may lie: those of an earlier version of the browser too. */
async function places(): Promise<FilePlace[]> {
  return (await preferredPlace()) === "opfs" ? ["opfs", "idb"] : ["idb"];
}

/** Whether a folder says itself that it may go. */
async function isLeftover(place: FilePlace, folder: string): Promise<boolean> {
  const store = fileStores[place];
  if ((await store.readNote(folder, "unfinished")) === null) return false;
  return (
    (await store.readNote(folder, "card.json")) === null &&
    (await store.readNote(folder, "download.json")) === null
  );
}

async function isNoted(place: FilePlace, folder: string): Promise<boolean> {
  for (const note of ["card.json", "download.json", "unfinished"] as const) {
    if ((await fileStores[place].readNote(folder, note)) !== null) return true;
  }
  return false;
}

/** All models by the folders' cards, and those of the index whose folder has none; a lost index hides nothing. */
async function allModels(): Promise<StoredModel[]> {
  const carded = await cardedModels();
  const indexed = await values<StoredModel>(models).catch((error: unknown) => {
    if (carded.length === 0) throw error;
    return [];
  });
  return [...new Map([...indexed, ...carded].map((stored) => [stored.card.id, stored])).values()];
}

/** What the folders' cards say; of two folders of one model the one kept last comes last. */
async function cardedModels(): Promise<StoredModel[]> {
  const found: StoredModel[] = [];
  for (const place of await places()) {
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

/** Gives models of earlier versions their cards, and enters models that the index does not know. */
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
    // A deletion that broke off between the card and the index goes on.
    if ((await fileStores[stored.place].readNote(stored.folder, "unfinished")) !== null)
      await del(id, models);
    else await writeCard(stored).catch(() => undefined);
  }
}

function lockName(folder: string): string {
  return `luthier-model-${folder}`;
}
