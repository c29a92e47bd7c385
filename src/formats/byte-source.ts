import { cancelled, isCancelled, LuthierError } from "../lib/errors";
import { invariant } from "../lib/invariant";

/** Random-access bytes: a picked file, a download, a zip entry. */
export interface ByteSource {
  /** Path within the dropped or picked folder, "/"-separated; used in messages. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Reads bytes [start, end) into a new array.
   * @throws LuthierError("file") when the file is no longer readable
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A Blob or File, read on demand. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    sizeBytes: blob.size,
    async read(start, end) {
      checkRange(name, start, end, blob.size);
      try {
        return new Uint8Array(await blob.slice(start, end).arrayBuffer());
      } catch (cause) {
        throw new LuthierError({ code: "file/gone", name }, { cause });
      }
    },
  };
}

/** A picked or dropped file, named by its relative path if it has one. */
export function fileSource(file: File): ByteSource {
  return blobSource(relativePath(file), file);
}

/** Bytes in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    read(start, end) {
      checkRange(name, start, end, bytes.length);
      return Promise.resolve(bytes.slice(start, end));
    },
  };
}

/** Download progress; `totalBytes` is null if the server does not report it. */
export type DownloadProgress = (doneBytes: number, totalBytes: number | null) => void;

/**
 * Downloads a whole file; the browser keeps it in memory or on disk.
 * @throws LuthierError("file") on HTTP and network errors, "cancelled" after an abort
 */
export async function fetchSource(
  url: string,
  options: { name: string; signal?: AbortSignal; onProgress?: DownloadProgress },
): Promise<ByteSource> {
  const { name, signal, onProgress } = options;
  try {
    const response = await fetch(url, signal ? { signal } : {});
    if (!response.ok) {
      throw new LuthierError({ code: "file/not-served", name, status: response.status });
    }
    return blobSource(name, await collect(response, onProgress));
  } catch (cause) {
    if (signal?.aborted || isCancelled(cause)) throw cancelled();
    if (cause instanceof LuthierError) throw cause;
    throw new LuthierError({ code: "file/connection-lost", name }, { cause });
  }
}

/** Config files are kilobytes; the index of many thousand weights takes a few megabytes. */
const MAX_TEXT_BYTES = 2 ** 26;

/**
 * Reads a source as UTF-8 text, with or without a byte-order mark.
 * @throws LuthierError("format") beyond `maxBytes`
 */
export async function readText(source: ByteSource, maxBytes = MAX_TEXT_BYTES): Promise<string> {
  const { name, sizeBytes } = source;
  if (sizeBytes > maxBytes) {
    throw new LuthierError({ code: "format/text-too-long", file: name, sizeBytes, maxBytes });
  }
  return new TextDecoder().decode(await source.read(0, source.sizeBytes));
}

/** The last component of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path before its last "/"; "" if there is none. */
export function folderName(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

async function collect(response: Response, onProgress: DownloadProgress | undefined): Promise<Blob> {
  const length = Number(response.headers.get("content-length"));
  // For a compressed response, content-length counts compressed bytes, so the total is unknown.
  const total = length > 0 && !response.headers.get("content-encoding") ? length : null;
  if (!response.body) return response.blob();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body.getReader();
  for (let done = 0; ;) {
    const piece = await reader.read();
    if (piece.done) return new Blob(pieces);
    pieces.push(piece.value);
    done += piece.value.length;
    onProgress?.(done, total);
  }
}

function relativePath(file: File): string {
  const path = "webkitRelativePath" in file ? String(file.webkitRelativePath) : "";
  return path || file.name;
}

function checkRange(name: string, start: number, end: number, size: number): void {
  invariant(0 <= start && start <= end && end <= size, `${name}: bytes ${start} to ${end} of ${size}`);
}
