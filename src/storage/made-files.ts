import { newId } from "../lib/id";
import { guarded } from "./database";
import { findFile, findFolder, namesIn, openFolder, removeEntry } from "./file-system";
import { holdLock, ifUnlocked } from "./locks";
import { canKeepPartialFiles, opfsPartialFolder, type PartialFile } from "./partial-files";

/* Files made to be saved or sent, on disk rather than in memory. They do not outlive the tab that made them. */

const SHELF = "made-files";

/** Smaller files stay in memory. */
const MEMORY_BYTES = 64 * 2 ** 20;

/** A file being made. */
export interface MadeFile {
  append(bytes: Uint8Array<ArrayBuffer>): void;
  /** The whole file, readable until its folder is discarded. */
  end(): Promise<Blob>;
}

/** A folder of made files. */
export interface MadeFolder {
  /** @param sizeBytes approximate final size, which decides where it is kept */
  open(sizeBytes: number): Promise<MadeFile>;
  discard(): Promise<void>;
}

/** Done once, so that it finds none of this tab's own folders. */
let swept: Promise<void> | null = null;

const lockOf = (name: string): string => `luthier files ${name}`;

/** A new folder. Those of closed tabs are removed. */
export function madeFolder(): MadeFolder {
  const name = newId();
  let files = 0;
  let release: (() => void) | null = null;
  const opened = new Set<PartialFile>();
  return {
    async open(sizeBytes) {
      if (sizeBytes < MEMORY_BYTES || !(await canKeepPartialFiles())) return new MadeInMemory();
      if (!release) {
        await (swept ??= removeAbandoned());
        release = await holdLock(lockOf(name));
      }
      const number = files++;
      const file = await opfsPartialFolder(name, SHELF).open(number);
      opened.add(file);
      return new MadeOnDisk(file, () => {
        file.close();
        opened.delete(file);
        return madeFile(name, number);
      });
    },
    async discard() {
      if (!release) return;
      // A file being written cannot be removed.
      for (const file of opened) file.close();
      opened.clear();
      await remove(name);
      release();
      release = null;
    },
  };
}

/** Folders of files that the browser may still be saving. */
const saved: MadeFolder[] = [];
const MOST_SAVED = 2;

/** A new folder for a file that the browser saves, which it may do long after it was made. */
export async function savedFolder(): Promise<MadeFolder> {
  while (saved.length >= MOST_SAVED) await saved.shift()?.discard();
  const folder = madeFolder();
  saved.push(folder);
  return folder;
}

class MadeInMemory implements MadeFile {
  // Browsers can move blobs to disk, unlike byte arrays.
  readonly #parts: Blob[] = [];

  append(bytes: Uint8Array<ArrayBuffer>): void {
    this.#parts.push(new Blob([bytes]));
  }

  async end(): Promise<Blob> {
    return new Blob(this.#parts);
  }
}

/** Goes on in memory when the disk or the quota is full. */
class MadeOnDisk implements MadeFile {
  readonly #file: PartialFile;
  /** Closes it, and opens it to be read. */
  readonly #close: () => Promise<File>;
  readonly #rest = new MadeInMemory();
  #onDisk = 0;
  #isFull = false;

  constructor(file: PartialFile, close: () => Promise<File>) {
    this.#file = file;
    this.#close = close;
  }

  append(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#isFull) {
      try {
        this.#file.append(bytes);
        this.#onDisk += bytes.length;
        return;
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        this.#isFull = true;
      }
    }
    this.#rest.append(bytes);
  }

  async end(): Promise<Blob> {
    const file = await this.#close();
    return this.#isFull ? new Blob([file.slice(0, this.#onDisk), await this.#rest.end()]) : file;
  }
}

function madeFile(folder: string, number: number): Promise<File> {
  return guarded("download-look", async () => {
    const found = await findFolder(SHELF, folder);
    const file = found && (await findFile(found, String(number)));
    if (!file) throw new DOMException("The file is gone.", "NotFoundError");
    return file;
  });
}

async function removeAbandoned(): Promise<void> {
  const shelf = await findFolder(SHELF);
  for (const name of shelf ? await namesIn(shelf) : []) await ifUnlocked(lockOf(name), () => remove(name));
}

async function remove(name: string): Promise<void> {
  // Retried by the next tab.
  await removeEntry(await openFolder(SHELF), name).catch(() => undefined);
}
