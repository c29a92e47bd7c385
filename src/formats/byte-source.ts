import { cancelled, isCancelled, LuthierError } from "../lib/errors";
import { invariant } from "../lib/invariant";

/** Bytes that can be read in part: a picked file, a download, an entry of a zip. */
export interface ByteSource {
  /** Path within what was dropped or picked, with "/" between folders; messages name it. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * The bytes [start, end), in an array of their own.
   * @throws LuthierError("file") when the file can no longer be read.
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A Blob or File; nothing is read before it is asked for. */
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

/** A picked or dropped file under its path within the dropped folder, or its name. */
export function fileSource(file: File): ByteSource {
  return blobSource(relativePath(file), file);
}

/** Bytes that are already in memory. */
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

/** How far a download is; `totalBytes` is null when the server does not tell. */
export type DownloadProgress = (doneBytes: number, totalBytes: number | null) => void;

/**
 * Downloads a file whole and offers it as a source; the browser decides whether it lies in memory or on disk.
 * @throws LuthierError("file") when the server refuses or the connection breaks, "cancelled" after an abort.
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

/** All of a source as text (UTF-8, with or without a byte-order mark). */
export async function readText(source: ByteSource): Promise<string> {
  return new TextDecoder().decode(await source.read(0, source.sizeBytes));
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path up to its last "/", "" when there is none. */
export function folderName(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

async function collect(response: Response, onProgress: DownloadProgress | undefined): Promise<Blob> {
  const length = Number(response.headers.get("content-length"));
  // A compressed answer counts its bytes before unpacking: then the total is unknown.
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
