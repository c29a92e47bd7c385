import { newId } from "../lib/id";
import { fileSystemRoot, RESERVED } from "./file-system";

/** Messages that indicate a full disk or quota without a specific error name. */
const FULL = /quota|no[_ ]space|not enough (disk )?space|disk (is )?full|full disk|failed to write blobs/i;

/** Unspecific storage errors that may be caused by a full disk. */
const VAGUE: ReadonlySet<string> = new Set([
  "AbortError",
  "DataError",
  "Error",
  "InvalidStateError",
  "NotReadableError",
  "UnknownError",
]);

/** Size of the probe file. */
const PROBE_BYTES = 1 << 20;

/**
 * Whether a storage failure is due to a full disk or quota. For unspecific errors (after a failed write, Chromium
 * closes all databases and opens none until there is space), writes a small probe file.
 */
export async function isStorageFull(cause: unknown): Promise<boolean> {
  if (!(cause instanceof Error) && !(cause instanceof DOMException)) return false;
  if (cause.name === "QuotaExceededError" || FULL.test(cause.message)) return true;
  return VAGUE.has(cause.name) && (await failsToWrite());
}

/** Whether OPFS rejects a small file for lack of space. */
async function failsToWrite(): Promise<boolean> {
  const root = await fileSystemRoot();
  if (!root || !("createWritable" in FileSystemFileHandle.prototype)) return false;
  const name = `probe-${newId()}`;
  // If a crash leaves it behind, the next start deletes it with the other reservations.
  let folder: FileSystemDirectoryHandle | undefined;
  try {
    folder = await root.getDirectoryHandle(RESERVED, { create: true });
    const handle = await folder.getFileHandle(name, { create: true });
    const writable = await handle.createWritable();
    try {
      await writable.write(new Blob([new Uint8Array(PROBE_BYTES)]));
      await writable.close();
    } catch (error) {
      await writable.abort().catch(() => undefined);
      throw error;
    }
    return false;
  } catch (error) {
    return error instanceof DOMException && error.name === "QuotaExceededError";
  } finally {
    await folder?.removeEntry(name).catch(() => undefined);
  }
}
