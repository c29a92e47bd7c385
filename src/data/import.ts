import { cancelled, LuthierError } from "../lib/errors";
import type { DatasetSummary, ReadingOptions } from "../shared/data";
import { createDataset, listDatasets } from "../storage/datasets";
import { contentHash } from "./read/content-hash";
import { type NamedFile, readFiles } from "./read/read-files";

/** How to import, and who wants to hear of it. */
export interface ImportOptions extends ReadingOptions {
  /** What the dataset is called. */
  readonly name: string;
  /** Takes the place of the dataset with this id; without it the dataset is a new one. */
  readonly id?: string;
  /** Refuses files that are here as a dataset already. */
  readonly refuseKnown?: boolean;
  /** The dataset for which it is a validation file. */
  readonly validates?: string;
  readonly signal?: AbortSignal;
  /** Told the bytes read so far, for every piece of some 64 kB. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Reads files of rows into storage as one dataset, piece by piece, so that memory stays small whatever their size. The
 * dataset appears when it is whole; after any failure, and after an abort, everything is as before.
 * @throws LuthierError when the files hold no row to keep, can no longer be read or do not fit on the disk, and
 * "cancelled" after an abort
 */
export async function importDataset(
  files: readonly NamedFile[],
  { name, id, validates, refuseKnown = false, signal, onProgress, ...reading }: ImportOptions,
): Promise<DatasetSummary> {
  const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes.size, 0);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    onProgress?.(Math.min(doneBytes, sizeBytes), sizeBytes);
  };
  const hash = await contentHash(files, signal);
  if (refuseKnown) await refuseSame(hash);
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
    return await writer.commit({ name, sizeBytes, contentHash: hash, ...next.value, ...chosen });
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function refuseSame(hash: string): Promise<void> {
  const same = (await listDatasets()).find(
    (dataset) => dataset.contentHash === hash && dataset.validates === undefined,
  );
  if (same) throw new LuthierError({ code: "data/same-file", id: same.id, dataset: same.name });
}
