import { Inflate, Zip, ZipPassThrough } from "fflate";
import { Crc32 } from "../lib/crc32";
import { LuthierError } from "../lib/errors";
import type { ZipFault } from "../lib/problems/format-problems";
import { DEFLATED, packedStart, readZipDirectory, STORED, type ZipEntry } from "../lib/zip-directory";
import { type ByteSource, bytesSource } from "./byte-source";

/** Limits beyond which an archive is rejected. */
export interface ZipLimits {
  readonly entries: number;
  readonly totalBytes: number;
}

/** Options of {@link unzipFiles}. */
export interface UnzipOptions {
  /** Filters by path; other files are never unpacked. */
  isWanted?(name: string): boolean;
  readonly limits?: ZipLimits;
}

const defaultLimits: ZipLimits = { entries: 1000, totalBytes: 2 ** 31 };
/** Weights compress to about half; small archives may be all zeros. */
const MAX_RATIO = 20;
const MAX_SMALL_BYTES = 2 ** 26;
/** Compressed bytes per step; they expand to at most 64 MiB. */
const PIECE_BYTES = 2 ** 16;
/** Bytes of a stored file read at a time for its checksum. */
const STORED_BYTES = 2 ** 24;

/** A file produced in chunks. */
export interface StreamedFile {
  readonly path: string;
  readonly sizeBytes: number;
  chunks(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Limit of a zip without zip64. */
const MAX_ZIP_BYTES = 2 ** 32 - 2 ** 20;

/** Streams files into an uncompressed zip, passing its bytes to `write` in order. Errors: more than 4 GiB. */
export async function streamZip(
  files: readonly StreamedFile[],
  write: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > MAX_ZIP_BYTES) {
    throw new LuthierError({ code: "file/too-large-for-zip", totalBytes: total });
  }
  let failure: Error | null = null;
  const zip = new Zip((error, bytes) => {
    if (error) failure = error;
    else write(bytes);
  });
  for (const { path, chunks } of files) {
    const entry = new ZipPassThrough(path);
    zip.add(entry);
    for await (const bytes of chunks()) entry.push(bytes);
    entry.push(new Uint8Array(0), true);
    if (failure) throw failure;
  }
  zip.end();
}

/** Whether the file starts with the zip signature. */
export async function isZip(source: ByteSource): Promise<boolean> {
  const [p, k, three, four] = await source.read(0, Math.min(4, source.sizeBytes));
  return p === 0x50 && k === 0x4b && three === 3 && four === 4;
}

/**
 * Unpacks the wanted files of a zip, each when first read. Folders and operating system metadata are skipped.
 * @throws LuthierError("format") on damage, paths outside the archive, duplicate names and exceeded `limits`; sizes are
 * checked before unpacking
 */
export async function unzipFiles(
  source: ByteSource,
  { isWanted = () => true, limits = defaultLimits }: UnzipOptions = {},
): Promise<ByteSource[]> {
  const names = new Set<string>();
  const entries: ZipEntry[] = [];
  let totalBytes = 0;
  const mostBytes = Math.min(limits.totalBytes, MAX_SMALL_BYTES + MAX_RATIO * source.sizeBytes);
  for (const entry of await orRefusal(source, () => readZipDirectory(source))) {
    const { name } = entry;
    if (name.endsWith("/") || isSystemFile(name)) continue;
    if (!isSafePath(name)) throw refused(source, { kind: "unsafe-name", name });
    if (names.has(name)) throw refused(source, { kind: "name-twice", name });
    names.add(name);
    if (names.size > limits.entries) throw refused(source, { kind: "too-many-files", most: limits.entries });
    if (!isWanted(name)) continue;
    totalBytes += entry.sizeBytes;
    if (totalBytes > mostBytes) throw refused(source, { kind: "too-large", mostBytes });
    entries.push(entry);
  }
  return Promise.all(entries.map((entry) => orRefusal(source, () => entrySource(source, entry))));
}

/** An archive member, held to its checksum: stored ones are read in place, deflated ones inflated in full. */
async function entrySource(source: ByteSource, entry: ZipEntry): Promise<ByteSource> {
  const { name, method, sizeBytes, packedBytes, isEncrypted } = entry;
  if (isEncrypted || (method !== STORED && method !== DEFLATED)) throw new Error("packed in another way");
  const start = await packedStart(source, entry);
  if (method === DEFLATED) {
    return bytesSource(name, await inflate(source, start, entry));
  }
  if (packedBytes !== sizeBytes) throw new Error("stored in another size");
  const stored = new Crc32();
  for (let at = 0; at < sizeBytes; at += STORED_BYTES)
    stored.update(await source.read(start + at, start + Math.min(sizeBytes, at + STORED_BYTES)));
  if (stored.value !== entry.crc32) throw new Error("not of the checksum");
  return { name, sizeBytes, read: (from, to) => source.read(start + from, start + to) };
}

/** Inflates in steps, stopping beyond the declared size. */
async function inflate(
  source: ByteSource,
  start: number,
  { packedBytes, sizeBytes, crc32 }: ZipEntry,
): Promise<Uint8Array<ArrayBuffer>> {
  const end = start + packedBytes;
  const found = new Crc32();
  const unpacked = new Uint8Array(sizeBytes);
  let done = 0;
  const inflater = new Inflate((piece) => {
    if (done + piece.length > sizeBytes) throw new Error("larger than announced");
    unpacked.set(piece, done);
    found.update(piece);
    done += piece.length;
  });
  for (let at = start; at < end; at += PIECE_BYTES) {
    const next = Math.min(end, at + PIECE_BYTES);
    inflater.push(await source.read(at, next), next === end);
  }
  if (done !== sizeBytes) throw new Error("smaller than announced");
  if (found.value !== crc32) throw new Error("not of the checksum");
  return unpacked;
}

async function orRefusal<T>(source: ByteSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof LuthierError) throw cause;
    throw refused(source, { kind: "damaged" }, cause);
  }
}

function isSystemFile(name: string): boolean {
  return name.startsWith("__MACOSX/") || /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(name);
}

function isSafePath(name: string): boolean {
  const parts = name.split("/");
  return !/[\0:]/.test(name) && parts.every((part) => part !== "" && part !== "." && part !== "..");
}

function refused(source: ByteSource, fault: ZipFault, cause?: unknown): LuthierError {
  return new LuthierError({ code: "format/zip", file: source.name, fault }, { cause });
}
