import { sum } from "../lib/numbers";
import { guarded } from "../storage/database";
import type { PartialFile, PartialFolder } from "../storage/partial-files";
import type { HubAddress, HubFile } from "../shared/hub";
import { fileUrl } from "./address";
import { downloadFile, type FileDownload } from "./download-file";

/** A file, or its start where `upTo` is given. */
export interface WantedFile extends HubFile {
  readonly upTo?: number;
}

/** Files of a commit to download, in order. */
export interface DownloadPlan {
  readonly address: HubAddress;
  readonly commit: string;
  readonly files: readonly WantedFile[];
}

export interface ModelDownload extends Pick<FileDownload, "token" | "signal" | "onWait" | "sleep"> {
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /** Called when a file is complete, before the next one starts; errors end the download. */
  readonly onFile?: (file: HubFile, index: number) => Promise<void>;
  /** Asked after each file: whether the others can be left out. */
  readonly isEnough?: () => boolean;
}

/**
 * Downloads files sequentially into a folder, resuming earlier downloads.
 * @throws errors of `downloadFile`, and LuthierError("storage") when the disk or quota is full
 */
export async function downloadModel(
  { address, commit, files }: DownloadPlan,
  folder: PartialFolder,
  options: ModelDownload,
): Promise<void> {
  const sizes = files.map(({ sizeBytes, upTo }) => upTo ?? sizeBytes);
  const present = await Promise.all(files.map((_, index) => folder.sizeBytes(index)));
  const done = present.map((bytes, index) => Math.min(bytes, sizes[index] ?? bytes));
  for (const [index, file] of files.entries()) {
    const onBytes = (bytes: number): void => {
      done[index] = Math.min(bytes, sizes[index] ?? bytes);
      options.onProgress(sum(done), sum(sizes));
    };
    const asked = { address, path: file.path, hasToken: options.token !== "" };
    const url = fileUrl(address, commit, file.path);
    await withFile(folder, index, (target) =>
      downloadFile(file, target, { ...options, url, asked, onBytes, upTo: file.upTo }),
    );
    await options.onFile?.(file, index);
    if (options.isEnough?.()) return;
  }
}

async function withFile(
  folder: PartialFolder,
  index: number,
  work: (file: PartialFile) => Promise<void>,
): Promise<void> {
  await guarded("download-keep", async () => {
    const file = await folder.open(index);
    try {
      await work(file);
    } finally {
      file.close();
    }
  });
}
