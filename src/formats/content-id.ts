import { sha256 } from "@noble/hashes/sha2.js";
import { baseName, type ByteSource } from "./byte-source";

/** Files up to this size are hashed whole. */
const WHOLE_BYTES = 2 ** 20;

/** Bytes at the start of a large file that are all hashed: the header of most weights. */
const HEAD_BYTES = 2 ** 16;

/** How many samples are taken of the rest, and how long each is. */
const SAMPLES = 64;
const SAMPLE_BYTES = 1024;

/**
 * An identity of a model by its content: the same files have the same one, whatever their folder is called. Of large
 * files only the start and samples across the whole are read. That tells apart even models of one architecture, whose
 * headers and sizes are equal, for training changes weights everywhere; it does not tell that a file is undamaged.
 * @returns 32 hexadecimal digits
 * @throws LuthierError("file") when a file can no longer be read
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

/** Which bytes of a file are hashed, as [start, end). */
function sampledRanges(sizeBytes: number): [number, number][] {
  if (sizeBytes <= WHOLE_BYTES) return [[0, sizeBytes]];
  const last = sizeBytes - SAMPLE_BYTES;
  const samples = Array.from({ length: SAMPLES }, (_, i): [number, number] => {
    const start = Math.floor(HEAD_BYTES + ((last - HEAD_BYTES) * i) / (SAMPLES - 1));
    return [start, start + SAMPLE_BYTES];
  });
  return [[0, HEAD_BYTES], ...samples];
}
