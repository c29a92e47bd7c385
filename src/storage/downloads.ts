import { createStore, del, get, values } from "idb-keyval";
import { LuthierError } from "../lib/errors";
import type { HubAddress, HubFile, UnfinishedDownload } from "../shared/hub";
import { guarded, putAll } from "./database";
import { fileStores } from "./model-files";
import { keptFolders } from "./models";
import { opfsPartialFolder } from "./partial-files";

/** A download that is not finished: what is wanted, and the folder in which it grows. */
export interface DownloadRecord {
  readonly id: string;
  readonly address: HubAddress;
  readonly commit: string;
  /** Which of the repository's forms was chosen. */
  readonly choiceId: string;
  readonly files: readonly HubFile[];
  readonly license: string;
  /** The folder of the private file system that will be the model's. */
  readonly folder: string;
  readonly startedAt: number;
}

const downloads = createStore("luthier-downloads", "downloads");

/** Notes a download, before its first byte: a folder that nobody has noted is cleared away. */
export async function saveDownload(record: DownloadRecord): Promise<void> {
  await guarded("download-begin", () => putAll(downloads, [[record.id, record]]));
}

/** All unfinished downloads, the oldest first. */
export async function listDownloads(): Promise<DownloadRecord[]> {
  const [records, kept] = await Promise.all([
    guarded("downloads-list", () => values<DownloadRecord>(downloads)),
    keptFolders(),
  ]);
  const finished = ({ folder }: DownloadRecord): boolean => kept.includes(folder);
  // The folder has become a model, and the page went away before the download could be forgotten.
  await Promise.all(records.filter(finished).map(({ id }) => forgetDownload(id)));
  return records.filter((record) => !finished(record)).sort((a, b) => a.startedAt - b.startedAt);
}

/** @throws LuthierError("storage") when there is no such download */
export async function findDownload(id: string): Promise<DownloadRecord> {
  const record = (await listDownloads()).find((each) => each.id === id);
  if (record) return record;
  throw new LuthierError({ code: "storage/download-unknown" });
}

/** What the page shows of a download. */
export async function describeDownload({
  id,
  address,
  files,
  folder,
}: DownloadRecord): Promise<UnfinishedDownload> {
  const partial = opfsPartialFolder(folder);
  const done = await Promise.all(files.map((_, index) => partial.sizeBytes(index)));
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  return { id, address, doneBytes: sum(done), totalBytes: sum(files.map(({ sizeBytes }) => sizeBytes)) };
}

/** Forgets a download whose folder has become a model's. */
export async function forgetDownload(id: string): Promise<void> {
  await guarded("download-end", () => del(id, downloads));
}

/** Gives a download up, with all that has arrived; nothing happens when it is not there. */
export async function discardDownload(id: string): Promise<void> {
  await guarded("download-discard", async () => {
    const record = await get<DownloadRecord>(id, downloads);
    if (!record) return;
    if (!(await keptFolders()).includes(record.folder)) await fileStores.opfs.delete(record.folder);
    await del(id, downloads);
  });
}

/** The folders of all downloads, finished or not. */
export async function downloadFolders(): Promise<string[]> {
  const records = await guarded("downloads-list", () => values<DownloadRecord>(downloads));
  return records.map(({ folder }) => folder);
}
