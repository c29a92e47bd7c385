import { LuthierError } from "../lib/errors";
import { invariant } from "../lib/invariant";
import { guarded } from "./database";
import { fileSystemRoot, openFolder, type SyncHandle, type WritableInPlace } from "./file-system";

/** A file that is written piece by piece and keeps what it has when the page goes away. Calls block; for workers. */
export interface PartialFile {
  readonly sizeBytes: number;
  /** Fills `into` from the byte `at` on; gives how many bytes there were. */
  read(into: Uint8Array<ArrayBuffer>, at: number): number;
  /** Writes behind what is there. */
  append(bytes: Uint8Array<ArrayBuffer>): void;
  /** Drops everything. */
  clear(): void;
  close(): void;
}

/** Folders of partial files; as in `model-files`, each model has a folder and its files are numbered from 0. */
export interface PartialFolder {
  open(file: number): Promise<PartialFile>;
  /** Bytes of a file that nobody has open; 0 when it is not there. */
  sizeBytes(file: number): Promise<number>;
}

/**
 * Whether this browser can write files in place: every browser with WebGPU, unless the page came over plain http or, in
 * Firefox and Safari, stands in a private window.
 */
export async function canKeepPartialFiles(): Promise<boolean> {
  return (await fileSystemRoot()) !== null && "createSyncAccessHandle" in FileSystemFileHandle.prototype;
}

/**
 * A folder in the origin's private file system, by default one of models, where `fileStores.opfs` finds its files too.
 */
export function opfsPartialFolder(folder: string, shelf = "models"): PartialFolder {
  const directory = (): Promise<FileSystemDirectoryHandle> => openFolder(shelf, folder);
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
    // A disk that fills up takes a part and says nothing.
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
