/** File types offered by the picker; dropped files are recognised by content. */
export const DATASET_FILES =
  ".json,.jsonl,.ndjson,.csv,.tsv,.parquet,.txt,.md,.gz,.zip,application/json,text/plain";
