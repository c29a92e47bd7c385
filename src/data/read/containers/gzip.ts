import { Gunzip } from "fflate";
import { concatBytes } from "../../../lib/bytes";
import { Crc32 } from "../../../lib/crc32";
import { FileBreakError } from "../file-break-error";

/** Compressed bytes per step; small, as they can expand a thousandfold. */
const STEP_BYTES = 1 << 13;

/** Smallest possible gzip file. */
const LEAST_BYTES = 18;

/** Each member ends in its checksum and its size. */
const TRAILER_BYTES = 8;

/** Inflates gzip with any number of members in steps, and holds each to its checksum, which fflate skips. */
class CheckedGunzip {
  readonly #gunzip = new Gunzip((bytes) => {
    this.#member.update(bytes);
    this.#unpacked.push(bytes);
  });
  #unpacked: Uint8Array[] = [];
  #member = new Crc32();
  /** The last bytes pushed, with the number of those before. */
  #recent: Uint8Array = new Uint8Array(0);
  #recentStart = 0;

  constructor() {
    this.#gunzip.onmember = (start) => {
      this.#check(start);
      this.#member = new Crc32();
    };
  }

  /** Inflates a piece of at most STEP_BYTES, or ends with an empty one. */
  push(bytes: Uint8Array, isLast: boolean): Uint8Array[] {
    this.#unpacked = [];
    const kept = this.#recent.subarray(-STEP_BYTES);
    this.#recentStart += this.#recent.length - kept.length;
    this.#recent = concatBytes([kept, bytes]);
    this.#gunzip.push(bytes, isLast);
    if (isLast) this.#check(this.#recentStart + this.#recent.length);
    return this.#unpacked.filter(({ length }) => length > 0);
  }

  /** @param end offset after the trailer of the current member */
  #check(end: number): void {
    const at = end - TRAILER_BYTES - this.#recentStart;
    const { buffer, byteOffset } = this.#recent;
    const trailer = new DataView(buffer, byteOffset + at, TRAILER_BYTES);
    const { value, sizeBytes } = this.#member;
    if (trailer.getUint32(0, true) !== value || trailer.getUint32(4, true) !== sizeBytes % 2 ** 32)
      throw new Error("CRC-32");
  }
}

/** Decompresses gzip with any number of members. @throws FileBreakError if damaged or truncated */
export async function* gunzipped(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const gunzip = new CheckedGunzip();
  const push = (bytes: Uint8Array, isLast: boolean): Uint8Array[] => {
    try {
      return gunzip.push(bytes, isLast);
    } catch (cause) {
      throw new FileBreakError({
        kind: "damaged",
        reason: cause instanceof Error ? cause.message : String(cause),
      });
    }
  };
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    for (let at = 0; at < piece.length; at += STEP_BYTES)
      yield* push(piece.slice(at, at + STEP_BYTES), false);
  }
  if (bytes < LEAST_BYTES) throw new FileBreakError({ kind: "archive", fault: "cut" });
  yield* push(new Uint8Array(0), true);
}

/** Decompresses gzip in memory. Throws if it is damaged, or longer than `sizeBytes`. */
export function gunzipWhole(packed: Uint8Array, sizeBytes: number): Uint8Array {
  const gunzip = new CheckedGunzip();
  const unpacked = new Uint8Array(sizeBytes);
  let done = 0;
  for (let at = 0; at < packed.length + STEP_BYTES; at += STEP_BYTES)
    for (const piece of gunzip.push(packed.slice(at, at + STEP_BYTES), at >= packed.length)) {
      unpacked.set(piece, done);
      done += piece.length;
    }
  return unpacked.subarray(0, done);
}
