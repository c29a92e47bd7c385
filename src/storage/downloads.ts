import { del, values } from "idb-keyval";
import { LuthierError } from "../lib/errors";
import type { HubAddress, HubFile, UnfinishedDownload } from "../shared/hub";
import { cardText, readCardText } from "./card-text";
import { guarded, openStore, putAll } from "./database";
import { fileSystemRoot } from "./file-system";
import { fileStores } from "./model-files";
import { discardFolder, keptFolders } from "./models";
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

const downloads = openStore("luthier-downloads", "downloads");

/** Notes a download, before its first byte: in its folder, where no failure of the database reaches it, and here. */
export async function saveDownload(record: DownloadRecord): Promise<void> {
  await guarded("download-begin", async () => {
    await fileStores.opfs.writeNote(record.folder, "download.json", cardText(record));
    await putAll(downloads, [[record.id, record]]);
  });
}

/** All unfinished downloads, the oldest first. */
export async function listDownloads(): Promise<DownloadRecord[]> {
  const [records, kept] = await Promise.all([guarded("downloads-list", allDownloads), keptFolders()]);
  const finished = ({ folder }: DownloadRecord): boolean => kept.includes(folder);
  // The folder has become a model, and the page went away before the download could be forgotten.
  await Promise.all(records.filter(finished).map((record) => forgetDownload(record)));
  return records.filter((record) => !finished(record)).sort((a, b) => a.startedAt - b.startedAt);
}

/** What the folders say, and what is noted here alone: by earlier versions, or before the folder was made. */
async function allDownloads(): Promise<DownloadRecord[]> {
  const noted = new Map<string, DownloadRecord>();
  for (const folder of (await fileSystemRoot()) ? await fileStores.opfs.folders() : []) {
    const note = await fileStores.opfs.readNote(folder, "download.json");
    const record = readCardText<DownloadRecord>(note);
    if (record) noted.set(record.id, record);
  }
  const recorded = await values<DownloadRecord>(downloads).catch((error: unknown) => {
    if (noted.size === 0) throw error;
    return [];
  });
  const all = new Map([...recorded.map((record) => [record.id, record] as const), ...noted]);
  return [...all.values()];
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
export async function forgetDownload({ id, folder }: DownloadRecord): Promise<void> {
  await guarded("download-end", async () => {
    await fileStores.opfs.removeNote(folder, "download.json");
    await del(id, downloads);
  });
}

/** Gives a download up, with all that has arrived; nothing happens when it is not there. */
export async function discardDownload(id: string): Promise<void> {
  await guarded("download-discard", async () => {
    const record = (await allDownloads()).find((each) => each.id === id);
    if (!record) return;
    if ((await keptFolders()).includes(record.folder)) return forgetDownload(record);
    await del(id, downloads);
    await discardFolder("opfs", record.folder);
  });
}
