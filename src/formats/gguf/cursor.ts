import { LuthierError } from "../../lib/errors";
import type { GgufCount, GgufFault } from "../../lib/problems/gguf-problems";
import type { ByteSource } from "../byte-source";

/** Read-ahead size. */
const WINDOW_BYTES = 2 ** 20;

/** Sequential reader for files of any size; lengths are checked against the end of the file. */
export class Cursor {
  readonly #source: ByteSource;
  #window = new DataView(new ArrayBuffer(0));
  #windowStart = 0;
  #position = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** File name. */
  get file(): string {
    return this.#source.name;
  }

  /** Offset from the start of the file. */
  get position(): number {
    return this.#position;
  }

  /** Bytes left in the file. */
  get remaining(): number {
    return this.#source.sizeBytes - this.#position;
  }

  /** An error with the file's name. */
  broken(fault: GgufFault): LuthierError {
    return new LuthierError({ code: "format/gguf", file: this.#source.name, fault });
  }

  /** Buffers the next bytes. Returns a promise only if the file must be read. */
  ensure(bytes: number): Promise<void> | undefined {
    const offset = this.#position - this.#windowStart;
    return offset + bytes <= this.#window.byteLength ? undefined : this.#fill(bytes);
  }

  /** Consumes bytes buffered by {@link ensure}. */
  take(bytes: number): DataView {
    const view = new DataView(
      this.#window.buffer,
      this.#window.byteOffset + this.#position - this.#windowStart,
      bytes,
    );
    this.#position += bytes;
    return view;
  }

  async u32(): Promise<number> {
    await this.ensure(4);
    return this.take(4).getUint32(0, true);
  }

  /** Reads a count or length. Errors: more than `most`. */
  async count(of: GgufCount, most: number): Promise<number> {
    await this.ensure(8);
    const value = this.take(8).getBigUint64(0, true);
    if (value > BigInt(Math.floor(most))) throw this.broken({ kind: "count", of, count: String(value) });
    return Number(value);
  }

  /** Reads a key or a tensor's name. Errors: invalid UTF-8. */
  async name(mostBytes: number): Promise<string> {
    const name = await this.text(mostBytes, { fatal: true });
    if (name === null) throw this.broken({ kind: "name-not-text" });
    return name;
  }

  /** Reads a length-prefixed string; with `fatal`, null for invalid UTF-8. */
  async text(mostBytes: number): Promise<string>;
  async text(mostBytes: number, options: { readonly fatal: true }): Promise<string | null>;
  async text(mostBytes: number, { fatal = false } = {}): Promise<string | null> {
    const length = await this.count({ things: "text-bytes" }, Math.min(mostBytes, this.remaining - 8));
    const reading = this.ensure(length);
    if (reading) await reading;
    const { buffer, byteOffset } = this.take(length);
    // Values are not `fatal`: vocabularies contain partial UTF-8 sequences.
    try {
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal });
      return decoder.decode(new Uint8Array(buffer, byteOffset, length));
    } catch {
      return null;
    }
  }

  async #fill(bytes: number): Promise<void> {
    if (bytes > this.remaining) throw this.broken({ kind: "header-cut" });
    const end = Math.min(this.#position + Math.max(bytes, WINDOW_BYTES), this.#source.sizeBytes);
    const read = await this.#source.read(this.#position, end);
    this.#window = new DataView(read.buffer, read.byteOffset, read.byteLength);
    this.#windowStart = this.#position;
  }
}
