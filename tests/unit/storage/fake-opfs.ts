/** A file of the origin private file system, as far as the storage layer uses it; a full disk refuses writes. */
export class FakeFile {
  static full = false;
  #content = new Blob([]);
  /** Bytes written in place, or null. */
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #open = false;

  getFile(): Promise<Blob> {
    return Promise.resolve(this.#bytes ? new Blob([this.#bytes]) : this.#content);
  }

  createSyncAccessHandle(): Promise<FakeSyncHandle> {
    if (this.#open)
      return Promise.reject(new DOMException("The file is open.", "NoModificationAllowedError"));
    this.#open = true;
    return Promise.resolve(
      new FakeSyncHandle(
        () => this.#bytes ?? new Uint8Array(),
        (bytes) => (this.#bytes = bytes),
        () => (this.#open = false),
      ),
    );
  }

  /** As in a browser, written data only appears after `close`. */
  createWritable() {
    const pieces: Blob[] = [];
    return Promise.resolve({
      write: (piece: Blob) => {
        if (FakeFile.full)
          return Promise.reject(new DOMException("The quota has been exceeded.", "QuotaExceededError"));
        pieces.push(piece);
        return Promise.resolve();
      },
      close: () => {
        this.#content = new Blob(pieces);
        this.#bytes = null;
        return Promise.resolve();
      },
      abort: () => Promise.resolve(),
    });
  }
}

/** A sync access handle: written data persists even if the page goes away. */
class FakeSyncHandle {
  readonly #get: () => Uint8Array<ArrayBuffer>;
  readonly #set: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly #release: () => void;

  constructor(
    get: () => Uint8Array<ArrayBuffer>,
    set: (bytes: Uint8Array<ArrayBuffer>) => void,
    release: () => void,
  ) {
    this.#get = get;
    this.#set = set;
    this.#release = release;
  }

  getSize = (): number => this.#get().length;

  read(into: Uint8Array, { at }: { at: number }): number {
    const part = this.#get().subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, { at }: { at: number }): number {
    // A full disk writes what fits without reporting it.
    const taken = FakeFile.full ? bytes.subarray(0, 1) : bytes;
    const grown = new Uint8Array(Math.max(this.getSize(), at + taken.length));
    grown.set(this.#get());
    grown.set(taken, at);
    this.#set(grown);
    return taken.length;
  }

  truncate = (size: number): void => this.#set(this.#get().slice(0, size));
  flush = (): void => undefined;
  close = (): void => this.#release();
}

/** An in-memory folder of the origin private file system. */
export class FakeDirectory {
  readonly #entries = new Map<string, FakeDirectory | FakeFile>();

  getDirectoryHandle(name: string, options?: { create: boolean }): Promise<FakeDirectory> {
    return this.#get(name, options?.create ?? false, () => new FakeDirectory()) as Promise<FakeDirectory>;
  }

  getFileHandle(name: string, options?: { create: boolean }): Promise<FakeFile> {
    return this.#get(name, options?.create ?? false, () => new FakeFile()) as Promise<FakeFile>;
  }

  removeEntry(name: string): Promise<void> {
    this.#entries.delete(name);
    return Promise.resolve();
  }

  async *keys(): AsyncGenerator<string> {
    yield* this.#entries.keys();
  }

  /** Whether it contains a file or folder of that name. */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  countFiles(): number {
    return [...this.#entries.values()].reduce(
      (sum, entry) => sum + (entry instanceof FakeDirectory ? entry.countFiles() : 1),
      0,
    );
  }

  #get(
    name: string,
    create: boolean,
    make: () => FakeDirectory | FakeFile,
  ): Promise<FakeDirectory | FakeFile> {
    const entry = this.#entries.get(name) ?? (create ? make() : undefined);
    if (!entry) return Promise.reject(new DOMException(`${name} is not there`, "NotFoundError"));
    this.#entries.set(name, entry);
    return Promise.resolve(entry);
  }
}

/** Makes `navigator.storage.getDirectory` fail as in private windows of Firefox and Safari. */
export function refuseDirectory(): Promise<FakeDirectory> {
  return Promise.reject(new DOMException("Security error when calling GetDirectory", "SecurityError"));
}
