import { guarded } from "../storage/database";
import type { PartialFile, PartialFolder } from "../storage/partial-files";
import type { HubAddress, HubFile } from "../shared/hub";
import { fileUrl } from "./address";
import { downloadFile, type FileDownload } from "./download-file";

/** Files of a commit to download, in order. */
export interface DownloadPlan {
  readonly address: HubAddress;
  readonly commit: string;
  readonly files: readonly HubFile[];
}

export interface ModelDownload extends Pick<FileDownload, "token" | "signal" | "onWait" | "sleep"> {
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /** Called when a file is complete, before the next one starts; errors end the download. */
  readonly onFile?: (file: HubFile, index: number) => Promise<void>;
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
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const done = await Promise.all(files.map((_, index) => folder.sizeBytes(index)));
  for (const [index, file] of files.entries()) {
    const onBytes = (bytes: number): void => {
      done[index] = bytes;
      options.onProgress(
        done.reduce((sum, each) => sum + each, 0),
        totalBytes,
      );
    };
    const asked = { address, path: file.path, hasToken: options.token !== "" };
    const url = fileUrl(address, commit, file.path);
    await withFile(folder, index, (target) =>
      downloadFile(file, target, { ...options, url, asked, onBytes }),
    );
    await options.onFile?.(file, index);
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
