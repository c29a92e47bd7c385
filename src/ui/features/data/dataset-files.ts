/** What the file picker shows of datasets; what is dropped is judged by its content. */
export const DATASET_FILES =
  ".json,.jsonl,.ndjson,.csv,.tsv,.parquet,.txt,.md,.gz,.zip,application/json,text/plain";
