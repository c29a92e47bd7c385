// tsconfig.tests.json does not list the declarations, so they are referenced here.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="./hyparquet-compressors.d.ts" />
import { Decompress } from "fzstd";
import type { Compressors } from "hyparquet";
import { decompressBrotli } from "hyparquet-compressors/src/brotli.js";
import { decompressLz4, decompressLz4Raw } from "hyparquet-compressors/src/lz4.js";
import { gunzipWhole } from "./gzip";

/** JavaScript decompressors for Parquet pages; hyparquet itself handles snappy. */
export const compressors: Compressors = {
  GZIP: gunzipWhole,
  BROTLI: decompressBrotli,
  ZSTD: unpackZstd,
  LZ4: (packed, sizeBytes) => {
    if (!isLz4Within(packed, sizeBytes) && !areFramesWithin(packed, sizeBytes)) throw tooLong(sizeBytes);
    return decompressLz4(packed, sizeBytes);
  },
  LZ4_RAW: (packed, sizeBytes) => {
    if (!isLz4Within(packed, sizeBytes)) throw tooLong(sizeBytes);
    return decompressLz4Raw(packed, sizeBytes);
  },
};

function tooLong(sizeBytes: number): Error {
  return new Error(`a page unpacks to other than ${sizeBytes} bytes`);
}

/** The window that a frame asks for is allocated before it is read. */
const MAX_WINDOW_BYTES = 2 ** 27;

/** Decompresses Zstandard block by block: a few bytes can stand for any length. Throws beyond `sizeBytes`. */
function unpackZstd(packed: Uint8Array, sizeBytes: number): Uint8Array {
  if (zstdWindow(packed) > Math.max(MAX_WINDOW_BYTES, sizeBytes)) throw tooLong(sizeBytes);
  const page = new Uint8Array(sizeBytes);
  let done = 0;
  const unpacking = new Decompress((bytes) => {
    if (done + bytes.length > sizeBytes) throw tooLong(sizeBytes);
    page.set(bytes, done);
    done += bytes.length;
  });
  unpacking.push(packed, true);
  return page.subarray(0, done);
}

/** Window size of the first frame (RFC 8878, 3.1.1.1.2); 0 for one that spans its contents. */
function zstdWindow(packed: Uint8Array): number {
  const [descriptor = 0, window = 0] = packed.subarray(4);
  if (descriptor & 0x20) return 0;
  const base = 2 ** (10 + (window >> 3));
  return base + (base / 8) * (window & 7);
}

/** Whether an LZ4 block unpacks to no more than `sizeBytes`: lengths take a byte for every 255. */
function isLz4Within(block: Uint8Array, sizeBytes: number): boolean {
  let at = 0;
  let total = 0;
  const length = (start: number): number => {
    let sum = start;
    if (start !== 15) return sum;
    for (let byte = 255; byte === 255;) sum += byte = block[at++] ?? 0;
    return sum;
  };
  while (at < block.length && total <= sizeBytes) {
    const token = block[at++] ?? 0;
    const literals = length(token >> 4);
    at += literals;
    total += literals;
    if (at >= block.length) break;
    at += 2;
    total += length(token & 15) + 4;
  }
  return total <= sizeBytes;
}

/** The same for Hadoop's frames, which begin with the lengths of a block unpacked and packed. */
function areFramesWithin(packed: Uint8Array, sizeBytes: number): boolean {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let total = 0;
  for (let at = 0; at < packed.length;) {
    if (at + 8 > packed.length) return false;
    const [unpackedSize, size] = [view.getUint32(at), view.getUint32(at + 4)];
    at += 8;
    total += unpackedSize;
    if (total > sizeBytes || at + size > packed.length) return false;
    if (!isLz4Within(packed.subarray(at, at + size), unpackedSize)) return false;
    at += size;
  }
  return true;
}
