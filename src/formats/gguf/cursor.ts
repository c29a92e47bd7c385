import { LuthierError } from "../../lib/errors";
import type { GgufCount, GgufFault } from "../../lib/problems/gguf-problems";
import type { ByteSource } from "../byte-source";

/** Bytes read ahead at once. */
const WINDOW_BYTES = 2 ** 20;

/** Reads numbers and texts one after the other from a file of any size; every length is checked against its end. */
export class Cursor {
  readonly #source: ByteSource;
  #window = new DataView(new ArrayBuffer(0));
  #windowStart = 0;
  #position = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The name of the file. */
  get file(): string {
    return this.#source.name;
  }

  /** Bytes from the start of the file. */
  get position(): number {
    return this.#position;
  }

  /** Bytes up to the end of the file. */
  get remaining(): number {
    return this.#source.sizeBytes - this.#position;
  }

  /** An error naming the file, with what is wrong with it. */
  broken(fault: GgufFault): LuthierError {
    return new LuthierError({ code: "format/gguf", file: this.#source.name, fault });
  }

  /** Sees to it that the next bytes are at hand. A promise only where the file has to be read. */
  ensure(bytes: number): Promise<void> | undefined {
    const offset = this.#position - this.#windowStart;
    return offset + bytes <= this.#window.byteLength ? undefined : this.#fill(bytes);
  }

  /** Takes `bytes` bytes that {@link ensure} has made ready. */
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

  /** A count or length; errors when it is more than `most`. */
  async count(of: GgufCount, most: number): Promise<number> {
    await this.ensure(8);
    const value = this.take(8).getBigUint64(0, true);
    if (value > BigInt(Math.floor(most))) throw this.broken({ kind: "count", of, count: String(value) });
    return Number(value);
  }

  /** A text with its length in front. */
  async text(mostBytes: number): Promise<string> {
    const length = await this.count({ things: "text-bytes" }, Math.min(mostBytes, this.remaining - 8));
    const reading = this.ensure(length);
    if (reading) await reading;
    const { buffer, byteOffset } = this.take(length);
    // Not `fatal`: vocabularies hold pieces of characters.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(buffer, byteOffset, length));
  }

  async #fill(bytes: number): Promise<void> {
    if (bytes > this.remaining) throw this.broken({ kind: "header-cut" });
    const end = Math.min(this.#position + Math.max(bytes, WINDOW_BYTES), this.#source.sizeBytes);
    const read = await this.#source.read(this.#position, end);
    this.#window = new DataView(read.buffer, read.byteOffset, read.byteLength);
    this.#windowStart = this.#position;
  }
}
