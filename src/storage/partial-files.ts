import { LuthierError } from "../lib/errors";
import { invariant } from "../lib/invariant";
import { guarded } from "./database";
import { fileSystemRoot, openFolder, type SyncHandle, type WritableInPlace } from "./file-system";

/** A file written incrementally that survives page closure. Synchronous; for workers. */
export interface PartialFile {
  readonly sizeBytes: number;
  /** Reads into `into` from offset `at`; returns the number of bytes read. */
  read(into: Uint8Array<ArrayBuffer>, at: number): number;
  /** Appends bytes. */
  append(bytes: Uint8Array<ArrayBuffer>): void;
  /** Truncates to zero. */
  clear(): void;
  close(): void;
}

/** A folder of partial files, laid out as in `model-files`: numbered from 0. */
export interface PartialFolder {
  open(file: number): Promise<PartialFile>;
  /** Size of a file that is not open; 0 if it does not exist. */
  sizeBytes(file: number): Promise<number>;
}

/**
 * Whether files can be written in place: in all browsers with WebGPU, except over plain http and in private windows of
 * Firefox and Safari.
 */
export async function canKeepPartialFiles(): Promise<boolean> {
  return (await fileSystemRoot()) !== null && "createSyncAccessHandle" in FileSystemFileHandle.prototype;
}

/** A model folder in OPFS, shared with `fileStores.opfs`. */
export function opfsPartialFolder(folder: string): PartialFolder {
  const directory = (): Promise<FileSystemDirectoryHandle> => openFolder("models", folder);
  return {
    open: (file) =>
      guarded("download-write", async () => {
        const handle = await (await directory()).getFileHandle(String(file), { create: true });
        invariant(isWritableInPlace(handle), "files can be written in place");
        return new OpfsPartialFile(await handle.createSyncAccessHandle().catch(inOtherTab));
      }),
    sizeBytes: (file) =>
      guarded("download-look", async () => {
        const handle = await (await directory()).getFileHandle(String(file)).catch(() => null);
        return handle ? (await handle.getFile()).size : 0;
      }),
  };
}

function isWritableInPlace(handle: FileSystemFileHandle): handle is WritableInPlace {
  return "createSyncAccessHandle" in handle;
}

function inOtherTab(cause: unknown): never {
  if (!(cause instanceof DOMException) || cause.name !== "NoModificationAllowedError") throw cause;
  throw new LuthierError({ code: "storage/download-elsewhere" }, { cause });
}

class OpfsPartialFile implements PartialFile {
  readonly #handle: SyncHandle;
  #size: number;

  constructor(handle: SyncHandle) {
    this.#handle = handle;
    this.#size = handle.getSize();
  }

  get sizeBytes(): number {
    return this.#size;
  }

  read(into: Uint8Array<ArrayBuffer>, at: number): number {
    return this.#handle.read(into, { at });
  }

  append(bytes: Uint8Array<ArrayBuffer>): void {
    const written = this.#handle.write(bytes, { at: this.#size });
    this.#size += written;
    // A full disk shortens the write without an error.
    if (written < bytes.length) throw new DOMException("The disk took only a part.", "QuotaExceededError");
  }

  clear(): void {
    this.#handle.truncate(0);
    this.#size = 0;
  }

  close(): void {
    this.#handle.flush();
    this.#handle.close();
  }
}
