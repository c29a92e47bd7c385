import { newId } from "../lib/id";
import { fileSystemRoot, RESERVED } from "./file-system";

/** What browsers say of a full disk or quota when they do not name the error so. */
const FULL = /quota|no[_ ]space|not enough (disk )?space|disk (is )?full|full disk|failed to write blobs/i;

/** Errors of IndexedDB and the private file system behind which a full disk may stand. */
const VAGUE: ReadonlySet<string> = new Set([
  "AbortError",
  "DataError",
  "Error",
  "InvalidStateError",
  "NotReadableError",
  "UnknownError",
]);

/** Bytes of the file that is written to see whether there is any room. */
const PROBE_BYTES = 1 << 20;

/**
 * Whether a failure of storage is that of a full disk or a used-up quota. Where the error itself does not tell (after one
 * failed write Chromium closes all databases, and opens none until there is room), a small file is written as a probe.
 */
export async function hasNoRoom(cause: unknown): Promise<boolean> {
  if (!(cause instanceof Error) && !(cause instanceof DOMException)) return false;
  if (cause.name === "QuotaExceededError" || FULL.test(cause.message)) return true;
  return VAGUE.has(cause.name) && (await failsToWrite());
}

/** Whether the private file system refuses a small file for want of room. */
async function failsToWrite(): Promise<boolean> {
  const root = await fileSystemRoot();
  if (!root || !("createWritable" in FileSystemFileHandle.prototype)) return false;
  const name = `probe-${newId()}`;
  // Where a crash leaves it behind, it goes at the next start with the other reservations.
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
