/** Counts uploaded bytes over files and their parts. */
export class UploadProgress {
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #sent = new Map<string, Map<number, number>>();
  readonly #finished = new Set<string>();
  readonly #tell: (doneBytes: number, totalBytes: number) => void;

  constructor(
    files: readonly { readonly path: string; readonly content: Blob }[],
    tell: (doneBytes: number, totalBytes: number) => void,
  ) {
    this.#sizes = new Map(files.map(({ path, content }) => [path, content.size]));
    this.#tell = tell;
  }

  /** Bytes of a part that have left; fewer than before if it is sent again. */
  sent(path: string, part: number, bytes: number): void {
    const parts = this.#sent.get(path) ?? new Map<number, number>();
    this.#sent.set(path, parts.set(part, bytes));
    this.#report();
  }

  /** A file is there, uploaded now or earlier. */
  finished(path: string): void {
    this.#finished.add(path);
    this.#report();
  }

  #report(): void {
    let done = 0;
    let total = 0;
    for (const [path, size] of this.#sizes) {
      total += size;
      const sent = [...(this.#sent.get(path)?.values() ?? [])].reduce((sum, bytes) => sum + bytes, 0);
      done += this.#finished.has(path) ? size : Math.min(size, sent);
    }
    this.#tell(done, total);
  }
}
