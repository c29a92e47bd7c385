import type { FileBreak, RowFault, TextEncoding } from "./dataset-faults";
import type { TokenizerProblems } from "./tokenizer-problems";

/** Binary file formats, recognised by their first bytes. */
export type ForeignFile =
  "png" | "jpeg" | "gif" | "pdf" | "zstandard" | "7-zip" | "arrow" | "sqlite" | "gguf";

/** Problems with rows and datasets. */
export interface DataProblems {
  /** The prompt fills the maximum length, leaving no room for the answer. */
  readonly "data/question-fills-row": { readonly maxLength: number };
  /** Truncation leaves no supervised token. */
  readonly "data/nothing-to-learn": object;
  /** The row's answer was labelled bad. */
  readonly "data/found-bad": object;
  /** The row has no rejected answer. */
  readonly "data/no-preference": object;
  /** The row's answer has no label and is not part of a pair. */
  readonly "data/no-label": object;
  /** The row calls tools, and the template has no place for calls and results. */
  readonly "data/template-without-tools": object;
  /** The template omits an answer or renders it differently from the row. */
  readonly "data/answer-not-written": object;
  /** A plain text, which a model with an encoder cannot learn. */
  readonly "data/text-needs-decoder": object;
  /** No row of a dataset can be trained on; `first` is the reason for the first one, or null if there is none. */
  readonly "data/nothing-to-train": { readonly first: RowProblemFacts | null };
  /** No row of the validation file can be measured on. */
  readonly "data/nothing-to-validate": object;
  readonly "data/nothing-to-mix": object;
  readonly "data/no-such-row": { readonly row: number };
  /** The files have already been imported, as the dataset with that id. */
  readonly "data/same-file": { readonly id: string; readonly dataset: string };
  /** The hub has not converted the dataset to Parquet files. */
  readonly "data/no-parquet-on-hub": { readonly repository: string };
  readonly "data/no-such-config": {
    readonly repository: string;
    readonly config: string;
    readonly offered: readonly string[];
  };
  readonly "data/no-such-split": {
    readonly repository: string;
    readonly config: string;
    readonly split: string;
    readonly offered: readonly string[];
  };
  /** A run cannot be resumed exactly: rows of its dataset have been edited since. */
  readonly "data/edited-since-run": { readonly dataset: string };
  /** The file was moved or changed after it was chosen. */
  readonly "data/file-gone": { readonly name: string };
  readonly "data/foreign-file": { readonly name: string; readonly kind: ForeignFile };
  /** The columns match no known format; the user has to assign their roles. */
  readonly "data/strange-columns": { readonly name: string; readonly columns: readonly StrangeColumn[] };
  /** The file is not JSON. */
  readonly "data/not-json": { readonly name: string; readonly looks: NotJson };
  readonly "data/not-text": {
    readonly name: string;
    readonly encoding: "utf-8" | TextEncoding;
    readonly byte: number;
    readonly looksLike: TextEncoding | null;
  };
  /** Archives are nested too deep. */
  readonly "data/archive-in-archive": { readonly name: string };
  /** The file ends before its first valid row. */
  readonly "data/broken": { readonly name: string; readonly at: FileBreak };
  readonly "data/empty-file": { readonly name: string };
  readonly "data/no-rows": { readonly name: string };
  readonly "data/no-good-row": { readonly rows: number; readonly row: number; readonly fault: RowFault };
}

/** A column of no known format, with the start of one of its values. */
export interface StrangeColumn {
  readonly column: string;
  readonly example: string;
}

/** What the start of a non-JSON file looks like. */
export type NotJson =
  { readonly kind: "blank" | "markup" } | { readonly kind: "text"; readonly start: string };

/** Why a row is not trainable. */
type RowProblemFacts =
  | ({ readonly code: "data/question-fills-row" } & DataProblems["data/question-fills-row"])
  | { readonly code: PlainExclusion }
  | ({ readonly code: "tokenizer/chat-refused" } & TokenizerProblems["tokenizer/chat-refused"])
  | ({ readonly code: "tokenizer/template-failed" } & TokenizerProblems["tokenizer/template-failed"]);

/** Reasons without facts. */
type PlainExclusion =
  | "data/nothing-to-learn"
  | "data/found-bad"
  | "data/no-preference"
  | "data/no-label"
  | "data/template-without-tools"
  | "data/answer-not-written"
  | "data/text-needs-decoder";
