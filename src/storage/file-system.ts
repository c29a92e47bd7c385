/** Folder below the root for placeholder files, which do not outlive the tab that wrote them. */
export const RESERVED = "reserved";

/**
 * Root of the origin private file system (OPFS); null if unavailable (plain http, or private windows of Firefox and
 * Safari).
 */
export async function fileSystemRoot(): Promise<FileSystemDirectoryHandle | null> {
  const storage = typeof navigator === "undefined" ? undefined : navigator.storage;
  if (!storage || !("getDirectory" in storage) || typeof FileSystemFileHandle === "undefined") return null;
  return storage.getDirectory().catch(() => null);
}

/** Whether files can be replaced atomically: Safari before 26 only has synchronous in-place writes. */
export async function canReplaceFiles(): Promise<boolean> {
  return (await fileSystemRoot()) !== null && "createWritable" in FileSystemFileHandle.prototype;
}

/** The used part of FileSystemSyncAccessHandle, whose types exist only in workers. */
export interface SyncHandle {
  getSize(): number;
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** A file that a worker can write in place. */
export type WritableInPlace = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncHandle> };

/** Opens a folder, creating it if necessary. */
export async function openFolder(...path: readonly string[]): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const name of path) folder = await folder.getDirectoryHandle(name, { create: true });
  return folder;
}

/** Opens a folder; null if it does not exist. */
export async function findFolder(...path: readonly string[]): Promise<FileSystemDirectoryHandle | null> {
  let folder = await fileSystemRoot();
  for (const name of path) folder = folder && (await folder.getDirectoryHandle(name).catch(nullWhereAbsent));
  return folder;
}

/** A file of a folder; null if it does not exist. */
export async function findFile(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  const handle = await folder.getFileHandle(name).catch(nullWhereAbsent);
  return handle && handle.getFile();
}

/** Text of a file; null if it does not exist. */
export async function readText(folder: FileSystemDirectoryHandle, name: string): Promise<string | null> {
  const file = await findFile(folder, name);
  return file && file.text();
}

/** Names of a folder's entries. */
export async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

/** Replaces a file atomically. */
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

/** Removes a file or folder recursively, if present. */
export async function removeEntry(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  await folder.removeEntry(name, { recursive: true }).catch(nullWhereAbsent);
}

/**
 * For browsers without atomic replacement. Only small files are written this way, and truncation is detected by
 * parsing.
 */
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
