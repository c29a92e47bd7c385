import { del, values } from "idb-keyval";
import { LuthierError } from "../lib/errors";
import type { HubAddress, HubFile, UnfinishedDownload } from "../shared/hub";
import { cardText, readCardText } from "./card-text";
import { guarded, openStore, putAll } from "./database";
import { fileSystemRoot } from "./file-system";
import { fileStores } from "./model-files";
import { discardFolder, keptFolders } from "./models";
import { opfsPartialFolder } from "./partial-files";

/** An unfinished download and its folder. */
export interface DownloadRecord {
  readonly id: string;
  readonly address: HubAddress;
  readonly commit: string;
  /** The chosen weights of the repository. */
  readonly choiceId: string;
  readonly files: readonly HubFile[];
  readonly license: string;
  /** OPFS folder that becomes the model's. */
  readonly folder: string;
  readonly startedAt: number;
}

const downloads = openStore("luthier-downloads", "downloads");

/** Records a download before it starts: in its folder, independent of the database, and in the database. */
export async function saveDownload(record: DownloadRecord): Promise<void> {
  await guarded("download-begin", async () => {
    await fileStores.opfs.writeNote(record.folder, "download.json", cardText(record));
    await putAll(downloads, [[record.id, record]]);
  });
}

/** Unfinished downloads, oldest first. */
export async function listDownloads(): Promise<DownloadRecord[]> {
  const [records, kept] = await Promise.all([guarded("downloads-list", allDownloads), keptFolders()]);
  const finished = ({ folder }: DownloadRecord): boolean => kept.includes(folder);
  // The model was stored, but the page closed before the record was deleted.
  await Promise.all(records.filter(finished).map((record) => forgetDownload(record)));
  return records.filter((record) => !finished(record)).sort((a, b) => a.startedAt - b.startedAt);
}

/** Records found in folders, and those only in the database (from earlier versions, or without a folder yet). */
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

/** @throws LuthierError("storage") if there is no such download */
export async function findDownload(id: string): Promise<DownloadRecord> {
  const record = (await listDownloads()).find((each) => each.id === id);
  if (record) return record;
  throw new LuthierError({ code: "storage/download-unknown" });
}

/** Summary of a download for the page. */
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

/** Deletes the record of a download whose folder has become a model's. */
export async function forgetDownload({ id, folder }: DownloadRecord): Promise<void> {
  await guarded("download-end", async () => {
    await fileStores.opfs.removeNote(folder, "download.json");
    await del(id, downloads);
  });
}

/** Discards a download and its files, if present. */
export async function discardDownload(id: string): Promise<void> {
  await guarded("download-discard", async () => {
    const record = (await allDownloads()).find((each) => each.id === id);
    if (!record) return;
    if ((await keptFolders()).includes(record.folder)) return forgetDownload(record);
    await del(id, downloads);
    await discardFolder("opfs", record.folder);
  });
}
