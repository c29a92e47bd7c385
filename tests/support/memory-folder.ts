import type { PartialFile, PartialFolder } from "../../src/storage/partial-files";

/** In-memory partial files, like those in OPFS; they live as long as the folder. */
export class MemoryFolder implements PartialFolder {
  readonly files = new Map<number, Uint8Array<ArrayBuffer>>();
  /** Capacity in bytes; writes beyond it fail like on a full disk. */
  capacity = Infinity;
  open(file: number): Promise<PartialFile> {
    const bytes = (): Uint8Array<ArrayBuffer> => this.files.get(file) ?? new Uint8Array();
    const replace = (content: Uint8Array<ArrayBuffer>): void => void this.files.set(file, content);
    const used = (): number => [...this.files.values()].reduce((sum, { length }) => sum + length, 0);
    const roomFor = (length: number): boolean => used() + length <= this.capacity;
    return Promise.resolve({
      get sizeBytes() {
        return bytes().length;
      },
      read(into, at) {
        const part = bytes().subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      append(more) {
        if (!roomFor(more.length)) throw new DOMException("The disk is full.", "QuotaExceededError");
        const joined = new Uint8Array(bytes().length + more.length);
        joined.set(bytes());
        joined.set(more, bytes().length);
        replace(joined);
      },
      clear: () => replace(new Uint8Array()),
      close: () => undefined,
    });
  }

  sizeBytes(file: number): Promise<number> {
    return Promise.resolve(this.files.get(file)?.length ?? 0);
  }
}
