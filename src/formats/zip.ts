import { unzipSync, Zip, ZipPassThrough, type Zippable, zipSync } from "fflate";
import { LuthierError } from "../lib/errors";
import type { ZipFault } from "../lib/problems/format-problems";
import { type ByteSource, bytesSource } from "./byte-source";

/** What an archive may hold at most before it counts as an attack or a mistake. */
export interface ZipLimits {
  readonly entries: number;
  readonly totalBytes: number;
}

const defaultLimits: ZipLimits = { entries: 1000, totalBytes: 2 ** 31 };

/** Packs files into a zip. Tensors are stored as they are, since compression gains next to nothing on them. */
export function zipFiles(
  files: ReadonlyMap<string, Uint8Array>,
  modified: Date = new Date(),
): Uint8Array<ArrayBuffer> {
  const entries: Zippable = {};
  for (const [name, bytes] of files) {
    entries[name] = [bytes, { level: name.endsWith(".safetensors") ? 0 : 6, mtime: modified }];
  }
  return zipSync(entries);
}

/** A file whose bytes come in pieces. */
export interface StreamedFile {
  readonly path: string;
  readonly sizeBytes: number;
  chunks(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Bytes that a zip of the old format can tell the places of. */
const MAX_ZIP_BYTES = 2 ** 32 - 2 ** 20;

/**
 * Packs files into a zip as their bytes come, stored as they are; hands its bytes to `write` in order.
 * Errors: more than 4 GiB, which such a zip cannot hold.
 */
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

/** True when the file begins as a zip archive does. */
export async function isZip(source: ByteSource): Promise<boolean> {
  const [p, k, three, four] = await source.read(0, Math.min(4, source.sizeBytes));
  return p === 0x50 && k === 0x4b && three === 3 && four === 4;
}

/**
 * Unpacks a zip. Folders and what operating systems add are left out.
 * @throws LuthierError("format") for a damaged archive, a path that leads out of it, a name given twice, or more than
 * `limits` allows; sizes are judged before anything is unpacked.
 */
export async function unzipFiles(
  source: ByteSource,
  limits: ZipLimits = defaultLimits,
): Promise<ByteSource[]> {
  const names = new Set<string>();
  let totalBytes = 0;
  const checkEntry = (entry: { name: string; originalSize: number }): boolean => {
    const name = entry.name.replaceAll("\\", "/");
    if (name.endsWith("/") || isSystemFile(name)) return false;
    if (!isSafePath(name)) throw refused(source, { kind: "unsafe-name", name });
    if (names.has(name)) throw refused(source, { kind: "name-twice", name });
    names.add(name);
    totalBytes += entry.originalSize;
    if (names.size > limits.entries) throw refused(source, { kind: "too-many-files", most: limits.entries });
    if (totalBytes > limits.totalBytes) {
      throw refused(source, { kind: "too-large", mostBytes: limits.totalBytes });
    }
    return true;
  };
  const bytes = await source.read(0, source.sizeBytes);
  try {
    const files = Object.entries(unzipSync(bytes, { filter: checkEntry }));
    return files.map(([name, content]) => bytesSource(name.replaceAll("\\", "/"), content));
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
