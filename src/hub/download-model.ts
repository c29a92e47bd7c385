import { guarded } from "../storage/database";
import type { PartialFile, PartialFolder } from "../storage/partial-files";
import type { HubAddress, HubFile } from "../shared/hub";
import { fileUrl } from "./address";
import { downloadFile, type FileDownload } from "./download-file";

/** Which files of which commit are wanted, in order. */
export interface DownloadPlan {
  readonly address: HubAddress;
  readonly commit: string;
  readonly files: readonly HubFile[];
}

export interface ModelDownload extends Pick<FileDownload, "token" | "signal" | "onWait" | "sleep"> {
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /**
   * Called once a file is here whole; what it throws ends the download. Later files are not fetched before it is done, nor
   * at all after "enough".
   */
  readonly onFile?: (file: HubFile, index: number) => Promise<void | "enough">;
}

/**
 * Downloads files one after the other into a folder, from where an earlier download of the same files ended.
 * @throws what `downloadFile` throws, and LuthierError("storage") when the disk or the quota is full
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
    if ((await options.onFile?.(file, index)) === "enough") return;
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
