import { del, get, keys, promisifyRequest } from "idb-keyval";
import { defined } from "../lib/invariant";
import { keysOf, openStore, putAll } from "./database";
import {
  canReplaceFiles,
  findFile,
  findFolder,
  namesIn,
  openFolder,
  readText,
  removeEntry,
  replaceFile,
} from "./file-system";

/** Metadata files in a model's folder. */
export type FolderNote =
  /** The model's card and file names; marks a complete folder. */
  | "card.json"
  /** The download in progress. */
  | "download.json"
  /** Marks a folder for deletion: incomplete, or being deleted. */
  | "unfinished";

/** Storage backend of model files: a folder per model, with files numbered from 0. */
export interface FileStore {
  write(
    folder: string,
    file: number,
    blob: Blob,
    onBytes: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Opens a file without reading it; rejects if it does not exist. */
  open(folder: string, file: number): Promise<Blob>;
  delete(folder: string): Promise<void>;
  /** All folders with content. */
  folders(): Promise<string[]>;
  /** Total bytes of a folder's files. */
  sizeBytes(folder: string): Promise<number>;
  writeNote(folder: string, note: FolderNote, text: string): Promise<void>;
  /** Null if it does not exist. */
  readNote(folder: string, note: FolderNote): Promise<string | null>;
  removeNote(folder: string, note: FolderNote): Promise<void>;
}

export type FileBackend = "opfs" | "idb";

/** Bytes copied at a time. */
const COPY_BYTES = 8 * 2 ** 20;

/** OPFS folder that contains the models' folders. */
const AREA = "models";

const blobs = openStore("luthier-model-files", "files");

/** Blobs in IndexedDB: available everywhere, but copied as a whole. */
const idbFiles: FileStore = {
  async write(folder, file, blob, onBytes, signal) {
    signal?.throwIfAborted();
    await putAll(blobs, [[[folder, file], blob]]);
    onBytes(blob.size);
  },
  open: async (folder, file) => defined(await get<Blob>([folder, file], blobs), "the file"),
  async delete(folder) {
    await blobs("readwrite", (store) => promisifyRequest(store.delete(keysOf(folder))));
  },
  async folders() {
    const known = await keys<[string, number | FolderNote]>(blobs);
    return [...new Set(known.map(([folder]) => folder))];
  },
  async sizeBytes(folder) {
    const known = (await keys<[string, number | FolderNote]>(blobs)).filter(([name]) => name === folder);
    const files = await Promise.all(known.map((key) => get<Blob | string>(key, blobs)));
    return files.reduce((sum, file) => sum + (file instanceof Blob ? file.size : 0), 0);
  },
  writeNote: (folder, note, text) => putAll(blobs, [[[folder, note], text]]),
  readNote: async (folder, note) => (await get<string>([folder, note], blobs)) ?? null,
  removeNote: (folder, note) => del([folder, note], blobs),
};

/** Files in OPFS: written in pieces, read in place. */
const opfsFiles: FileStore = {
  async write(folder, file, blob, onBytes, signal) {
    const handle = await (await openFolder(AREA, folder)).getFileHandle(String(file), { create: true });
    const writable = await handle.createWritable();
    try {
      for (let start = 0; start < blob.size; start += COPY_BYTES) {
        signal?.throwIfAborted();
        const piece = blob.slice(start, start + COPY_BYTES);
        await writable.write(piece);
        onBytes(piece.size);
      }
      await writable.close();
    } catch (error) {
      await writable.abort().catch(() => undefined);
      throw error;
    }
  },
  async open(folder, file) {
    const directory = await (await openFolder(AREA)).getDirectoryHandle(folder);
    return (await directory.getFileHandle(String(file))).getFile();
  },
  async delete(folder) {
    const area = await findFolder(AREA);
    if (area) await removeEntry(area, folder);
  },
  async folders() {
    const area = await findFolder(AREA);
    return area ? namesIn(area) : [];
  },
  async sizeBytes(folder) {
    const directory = await findFolder(AREA, folder);
    if (!directory) return 0;
    const files = await Promise.all((await namesIn(directory)).map((name) => findFile(directory, name)));
    return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
  },
  async writeNote(folder, note, text) {
    await replaceFile(await openFolder(AREA, folder), note, [text]);
  },
  async readNote(folder, note) {
    const directory = await findFolder(AREA, folder);
    return directory && readText(directory, note);
  },
  async removeNote(folder, note) {
    const directory = await findFolder(AREA, folder);
    if (directory) await removeEntry(directory, note);
  },
};

/** Available backends. */
export const fileStores: Readonly<Record<FileBackend, FileStore>> = { opfs: opfsFiles, idb: idbFiles };

/** Preferred backend for new files. */
export async function preferredBackend(): Promise<FileBackend> {
  return (await canReplaceFiles()) ? "opfs" : "idb";
}
