/** Long or exclusive work of the worker. */
export type JobKind =
  | "load-model"
  | "delete-model"
  | "train"
  | "measure"
  | "answer"
  /** Scores the answers of one or two sides on many rows. */
  | "evaluate"
  /** Answers the prompts of files. */
  | "answer-files"
  | "export"
  /** Publishes an adapter on a hub. */
  | "push"
  /** Runs an ONNX export beside the engine. */
  | "try-onnx"
  | "import-adapter"
  /** Renames or deletes an adapter, or discards an interrupted run. */
  | "edit-library"
  | "import-dataset"
  | "delete-dataset"
  /** Changes rows of a dataset. */
  | "edit-dataset"
  /** Queries a hub for a repository's contents. */
  | "look-up"
  | "download"
  /** Fetches the files of a dataset from a hub. */
  | "fetch-dataset";
