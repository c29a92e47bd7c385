import { cancelled } from "../lib/errors";
import type { DatasetSummary, ReadingOptions } from "../shared/data";
import { createDataset } from "../storage/datasets";
import { type NamedFile, readFiles } from "./read/read-files";

/** Import options. */
export interface ImportOptions extends ReadingOptions {
  /** Name of the dataset. */
  readonly name: string;
  /** Id of the dataset to replace; a new one by default. */
  readonly id?: string;
  /** The dataset that this one validates. */
  readonly validates?: string;
  readonly signal?: AbortSignal;
  /** Called with the bytes read so far, for each piece of about 64 kB. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Streams files of rows into storage as one dataset, in constant memory. The dataset appears once complete; failure and
 * cancellation leave everything unchanged.
 * @throws LuthierError when there are no usable rows, a file is unreadable or the disk is full; "cancelled" after an
 * abort
 */
export async function importDataset(
  files: readonly NamedFile[],
  { name, id, validates, signal, onProgress, ...reading }: ImportOptions,
): Promise<DatasetSummary> {
  const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes.size, 0);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    onProgress?.(Math.min(doneBytes, sizeBytes), sizeBytes);
  };
  const writer = await createDataset(id);
  try {
    const rows = readFiles(files, { ...reading, onBytes, ...(signal ? { signal } : {}) });
    let next = await rows.next();
    while (!next.done) {
      await writer.append(next.value);
      next = await rows.next();
    }
    if (signal?.aborted) throw cancelled();
    const chosen = {
      ...(Object.keys(reading).length > 0 ? { reading } : {}),
      ...(validates === undefined ? {} : { validates }),
    };
    return await writer.commit({ name, sizeBytes, ...next.value, ...chosen });
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
