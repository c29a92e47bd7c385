/** Long or exclusive work of the worker. */
export type JobKind =
  | "load-model"
  | "delete-model"
  | "train"
  | "measure"
  | "answer"
  | "export"
  | "import-adapter"
  /** Renames or deletes an adapter, or gives up an interrupted run. */
  | "edit-library"
  | "import-dataset"
  | "delete-dataset"
  /** Asks a hub what a repository offers. */
  | "look-up"
  | "download";
