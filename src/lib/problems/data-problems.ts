import type { FileBreak, OtherFormat, RowFault, TextEncoding } from "./dataset-faults";
import type { TokenizerProblems } from "./tokenizer-problems";

/** Kinds of files that are no text, by their first bytes. */
export type ForeignFile =
  | "png"
  | "jpeg"
  | "gif"
  | "pdf"
  | "zip"
  | "gzip"
  | "zstandard"
  | "7-zip"
  | "parquet"
  | "arrow"
  | "sqlite"
  | "gguf";

/** Rows and datasets. */
export interface DataProblems {
  /** The maximum length ends before the answer begins. */
  readonly "data/question-fills-row": { readonly maxLength: number };
  /** A row's answer gives the model nothing to write. */
  readonly "data/nothing-to-learn": object;
  /** No row of a dataset can be trained on; `first` is why the first one cannot, null when there is none. */
  readonly "data/nothing-to-train": { readonly first: RowProblemFacts | null };
  readonly "data/no-such-row": { readonly row: number };
  /** The file was moved or changed after it was chosen. */
  readonly "data/file-gone": { readonly name: string };
  readonly "data/foreign-file": { readonly name: string; readonly kind: ForeignFile };
  readonly "data/other-format": { readonly name: string; readonly format: OtherFormat };
  /** The file is no JSON from its first letter on. */
  readonly "data/not-json": { readonly name: string; readonly looks: NotJson };
  readonly "data/not-text": {
    readonly name: string;
    readonly encoding: "utf-8" | TextEncoding;
    readonly byte: number;
    readonly looksLike: TextEncoding | null;
  };
  /** The file breaks off before its first good row. */
  readonly "data/broken": { readonly name: string; readonly at: FileBreak };
  readonly "data/empty-file": { readonly name: string };
  readonly "data/no-rows": { readonly name: string };
  readonly "data/no-good-row": { readonly rows: number; readonly row: number; readonly fault: RowFault };
}

/** What a file that does not begin like JSON begins like. */
export type NotJson =
  { readonly kind: "blank" | "markup" } | { readonly kind: "text"; readonly start: string };

/** Why one row cannot be trained on. */
type RowProblemFacts =
  | ({ readonly code: "data/question-fills-row" } & DataProblems["data/question-fills-row"])
  | { readonly code: "data/nothing-to-learn" }
  | ({ readonly code: "tokenizer/chat-refused" } & TokenizerProblems["tokenizer/chat-refused"])
  | ({ readonly code: "tokenizer/template-failed" } & TokenizerProblems["tokenizer/template-failed"]);
