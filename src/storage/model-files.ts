import { createStore, get, keys, promisifyRequest } from "idb-keyval";
import { defined } from "../lib/invariant";
import { keysOf, putAll } from "./database";
import { fileSystemRoot } from "./file-system";

/** Where the files of kept models lie: each model in a folder, its files numbered from 0. */
export interface FileStore {
  write(
    folder: string,
    file: number,
    blob: Blob,
    onBytes: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<void>;
  /** A file without reading it into memory; rejects when it is not there. */
  open(folder: string, file: number): Promise<Blob>;
  delete(folder: string): Promise<void>;
  /** All folders in which anything is stored. */
  folders(): Promise<string[]>;
}

export type FilePlace = "opfs" | "idb";

/** Bytes that are copied at once. */
const COPY_BYTES = 8 * 2 ** 20;

const blobs = createStore("luthier-model-files", "files");

/** Files as Blobs in IndexedDB: everywhere, but the browser copies them whole. */
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
  folders: async () => [...new Set((await keys<[string, number]>(blobs)).map(([folder]) => folder))],
};

/** Files in the origin's private file system: written in pieces, read in place. */
const opfsFiles: FileStore = {
  async write(folder, file, blob, onBytes, signal) {
    const directory = await (await modelsFolder()).getDirectoryHandle(folder, { create: true });
    const handle = await directory.getFileHandle(String(file), { create: true });
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
    const directory = await (await modelsFolder()).getDirectoryHandle(folder);
    return (await directory.getFileHandle(String(file))).getFile();
  },
  async delete(folder) {
    if (!(await this.folders()).includes(folder)) return;
    await (await modelsFolder()).removeEntry(folder, { recursive: true });
  },
  async folders() {
    const names: string[] = [];
    for await (const name of (await modelsFolder()).keys()) names.push(name);
    return names;
  },
};

/** The stores that this browser has. */
export const fileStores: Readonly<Record<FilePlace, FileStore>> = { opfs: opfsFiles, idb: idbFiles };

/** The best place for new files: Safari before 26 writes to the private file system only in ways that block. */
export async function preferredPlace(): Promise<FilePlace> {
  if (!(await fileSystemRoot())) return "idb";
  return "createWritable" in FileSystemFileHandle.prototype ? "opfs" : "idb";
}

async function modelsFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle("models", { create: true });
}
