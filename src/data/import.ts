import { cancelled, LuthierError } from "../lib/errors";
import type { DatasetSummary, ReadingOptions } from "../shared/data";
import { createDataset, listDatasets } from "../storage/datasets";
import { contentHash } from "./read/content-hash";
import { type NamedFile, readFiles } from "./read/read-files";

/** Import options. */
export interface ImportOptions extends ReadingOptions {
  /** Name of the dataset. */
  readonly name: string;
  /** Id of the dataset to replace; a new one by default. */
  readonly id?: string;
  /** Refuses files that have already been imported. */
  readonly refuseKnown?: boolean;
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
