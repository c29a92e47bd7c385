import { cancelled, LuthierError } from "../lib/errors";
import type { TextEncoding } from "../lib/problems/dataset-faults";
import type { DatasetSummary } from "../shared/data";
import { createDataset } from "../storage/datasets";
import { readRows } from "./read/read-rows";
import type { ReadReport } from "./read/row-collector";

/** How to import, and who wants to hear of it. */
export interface ImportOptions {
  /** What the dataset is called, and what messages call the file. */
  readonly name: string;
  /** Takes the place of the dataset with this id; without it the dataset is a new one. */
  readonly id?: string;
  /** The encoding of its text, where it is none of Unicode's. */
  readonly encoding?: TextEncoding;
  readonly signal?: AbortSignal;
  /** Told the bytes read so far, for every piece of some 64 kB. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Reads a file of Alpaca rows into storage, piece by piece, so that memory stays small whatever the file's size. The
 * dataset appears when it is whole; after any failure, and after an abort, everything is as before.
 * @throws LuthierError when the file holds no row to keep, can no longer be read or does not fit on the disk, and
 * "cancelled" after an abort
 */
export async function importDataset(file: Blob, options: ImportOptions): Promise<DatasetSummary> {
  const { name, id, encoding, signal } = options;
  const writer = await createDataset(id);
  try {
    const reading = readRows(piecesOf(file, options), name, encoding);
    let next = await reading.next();
    while (!next.done) {
      await writer.append(next.value);
      next = await reading.next();
    }
    const report: ReadReport = next.value;
    if (signal?.aborted) throw cancelled();
    return await writer.commit({ name, sizeBytes: file.size, ...report });
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** The bytes of the file as they are read. */
async function* piecesOf(
  file: Blob,
  { name, signal, onProgress }: ImportOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = file.stream().getReader();
  let doneBytes = 0;
  try {
    for (;;) {
      if (signal?.aborted) throw cancelled();
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw unreadable(name, cause);
      });
      if (done) return;
      yield value;
      doneBytes += value.length;
      onProgress?.(doneBytes, file.size);
    }
  } finally {
    // Also reached when the rest of the file is not wanted.
    await reader.cancel().catch(() => undefined);
  }
}

function unreadable(name: string, cause: unknown): LuthierError {
  return new LuthierError({ code: "data/file-gone", name }, { cause });
}
