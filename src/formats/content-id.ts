import { sha256 } from "@noble/hashes/sha2.js";
import { baseName, type ByteSource } from "./byte-source";

/** Files up to this size are hashed completely. */
const WHOLE_BYTES = 2 ** 20;

/** Leading bytes of a large file that are hashed; covers the header of most weight files. */
const HEAD_BYTES = 2 ** 16;

/** Number and length of samples from the rest. */
const SAMPLES = 64;
const SAMPLE_BYTES = 1024;

/**
 * Identifies a model by content, independent of folder names. Large files are sampled: their head and evenly spaced
 * pieces. This distinguishes even models of one architecture, since training changes weights everywhere, but is no
 * integrity check.
 * @returns 32 hexadecimal digits
 * @throws LuthierError("file") when a file is no longer readable
 */
export async function contentId(files: readonly ByteSource[]): Promise<string> {
  const hash = sha256.create();
  const byName = files
    .map((file) => ({ file, name: baseName(file.name) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.file.sizeBytes - b.file.sizeBytes));
  for (const { file, name } of byName) {
    hash.update(new TextEncoder().encode(JSON.stringify([name, file.sizeBytes])));
    for (const [start, end] of sampledRanges(file.sizeBytes)) hash.update(await file.read(start, end));
  }
  return Array.from(hash.digest().subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Byte ranges [start, end) to hash. */
function sampledRanges(sizeBytes: number): [number, number][] {
  if (sizeBytes <= WHOLE_BYTES) return [[0, sizeBytes]];
  const last = sizeBytes - SAMPLE_BYTES;
  const samples = Array.from({ length: SAMPLES }, (_, i): [number, number] => {
    const start = Math.floor(HEAD_BYTES + ((last - HEAD_BYTES) * i) / (SAMPLES - 1));
    return [start, start + SAMPLE_BYTES];
  });
  return [[0, HEAD_BYTES], ...samples];
}
