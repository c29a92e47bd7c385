/** A storage operation. */
export type StorageTask =
  | "adapter-delete"
  | "adapter-keep"
  | "adapter-read"
  | "adapter-rename"
  | "adapters-list"
  | "dataset-clear"
  | "dataset-delete"
  | "dataset-open"
  | "dataset-read"
  | "dataset-replace"
  | "dataset-save"
  | "datasets-list"
  | "download-begin"
  | "download-discard"
  | "download-end"
  | "download-keep"
  | "download-look"
  | "download-write"
  | "downloads-list"
  | "evaluation-keep"
  | "evaluation-read"
  | "imports-clear"
  | "model-clear"
  | "model-delete"
  | "model-describe"
  | "model-keep"
  | "model-open"
  | "models-clear"
  | "models-list"
  | "optimizer-read"
  | "rating-keep"
  | "ratings-read"
  | "run-delete"
  | "run-keep"
  | "run-label"
  | "run-read"
  | "run-reserve"
  | "runs-list"
  | "progress-forget"
  | "progress-keep"
  | "progress-read"
  | "settings-read"
  | "settings-save";

/** A storage operation and the name of its object, if any. */
export interface StorageJob {
  readonly task: StorageTask;
  readonly name?: string;
}

/** Problems with browser storage. */
export interface StorageProblems {
  readonly "storage/full": StorageJob;
  readonly "storage/refused": StorageJob & { readonly reason: string };
  /** The browser provides no file storage. */
  readonly "storage/no-files": object;
  /** Another tab is writing the file. */
  readonly "storage/download-elsewhere": object;
  readonly "storage/download-unknown": object;
  readonly "model/files-gone": { readonly title: string | null };
  readonly "data/dataset-gone": object;
  readonly "data/rows-gone": { readonly dataset: string };
}
