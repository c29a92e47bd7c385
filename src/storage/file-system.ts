/** The folder under the root for files that only take room: none of them outlives the tab that wrote it. */
export const RESERVED = "reserved";

/**
 * The root of the origin's private file system, or null where the browser has none (plain http) or does not let the page
 * in: Firefox and Safari refuse it in private windows.
 */
export async function fileSystemRoot(): Promise<FileSystemDirectoryHandle | null> {
  const storage = typeof navigator === "undefined" ? undefined : navigator.storage;
  if (!storage || !("getDirectory" in storage) || typeof FileSystemFileHandle === "undefined") return null;
  return storage.getDirectory().catch(() => null);
}

/** Whether files can be replaced as a whole: Safari before 26 writes only in place, in ways that block. */
export async function canReplaceFiles(): Promise<boolean> {
  return (await fileSystemRoot()) !== null && "createWritable" in FileSystemFileHandle.prototype;
}

/** The part of a FileSystemSyncAccessHandle that is used; only workers have it, and only their types know it. */
export interface SyncHandle {
  getSize(): number;
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** A file that can be written in place, in a worker. */
export type WritableInPlace = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncHandle> };

/** A folder under the root, made where it is not there. */
export async function openFolder(...path: readonly string[]): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const name of path) folder = await folder.getDirectoryHandle(name, { create: true });
  return folder;
}

/** A folder under the root, or null where it is not there. */
export async function findFolder(...path: readonly string[]): Promise<FileSystemDirectoryHandle | null> {
  let folder = await fileSystemRoot();
  for (const name of path) folder = folder && (await folder.getDirectoryHandle(name).catch(nullWhereAbsent));
  return folder;
}

/** A file of a folder, or null where it is not there. */
export async function findFile(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  const handle = await folder.getFileHandle(name).catch(nullWhereAbsent);
  return handle && handle.getFile();
}

/** The text of a file, or null where it is not there. */
export async function readText(folder: FileSystemDirectoryHandle, name: string): Promise<string | null> {
  const file = await findFile(folder, name);
  return file && file.text();
}

/** Names of what lies in a folder. */
export async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

/** Writes a file, in place of the one before: nothing of the new one shows until all of it is there. */
export async function replaceFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  parts: readonly BlobPart[],
): Promise<void> {
  const handle = await folder.getFileHandle(name, { create: true });
  if (!("createWritable" in handle)) return writeInPlace(handle, parts);
  const writable = await handle.createWritable();
  try {
    for (const part of parts) await writable.write(new Blob([part]));
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => undefined);
    throw error;
  }
}

/** Removes a file or a folder with all in it; nothing happens when it is not there. */
export async function removeEntry(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  await folder.removeEntry(name, { recursive: true }).catch(nullWhereAbsent);
}

/** For browsers that cannot replace a file: only small ones are written so, and what is cut off is told by its text. */
async function writeInPlace(handle: WritableInPlace, parts: readonly BlobPart[]): Promise<void> {
  const bytes = new Uint8Array(await new Blob([...parts]).arrayBuffer());
  const access = await handle.createSyncAccessHandle();
  try {
    access.truncate(0);
    access.write(bytes, { at: 0 });
    access.flush();
  } finally {
    access.close();
  }
}

function nullWhereAbsent(error: unknown): null {
  if (error instanceof DOMException && error.name === "NotFoundError") return null;
  throw error;
}
