/**
 * The root of the origin's private file system, or null where the browser has none (plain http) or does not let the page
 * in: Firefox and Safari refuse it in private windows.
 */
export async function fileSystemRoot(): Promise<FileSystemDirectoryHandle | null> {
  const storage = typeof navigator === "undefined" ? undefined : navigator.storage;
  if (!storage || !("getDirectory" in storage) || typeof FileSystemFileHandle === "undefined") return null;
  return storage.getDirectory().catch(() => null);
}
