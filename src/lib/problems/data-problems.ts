import type { FileBreak, OtherFormat, RowFault, TextEncoding } from "./dataset-faults";
import type { TokenizerProblems } from "./tokenizer-problems";

/** Binary file formats, recognised by their first bytes. */
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

/** Problems with rows and datasets. */
export interface DataProblems {
  /** The prompt fills the maximum length, leaving no room for the answer. */
  readonly "data/question-fills-row": { readonly maxLength: number };
  /** A row's answer leaves nothing to learn. */
  readonly "data/nothing-to-learn": object;
  /** No row is trainable; `first` is the reason of the first row, null if there are no rows. */
  readonly "data/nothing-to-train": { readonly first: RowProblemFacts | null };
  readonly "data/no-such-row": { readonly row: number };
  /** The file was moved or changed after it was chosen. */
  readonly "data/file-gone": { readonly name: string };
  readonly "data/foreign-file": { readonly name: string; readonly kind: ForeignFile };
  readonly "data/other-format": { readonly name: string; readonly format: OtherFormat };
  /** The file is not JSON from its first character on. */
  readonly "data/not-json": { readonly name: string; readonly looks: NotJson };
  readonly "data/not-text": {
    readonly name: string;
    readonly encoding: "utf-8" | TextEncoding;
    readonly byte: number;
    readonly looksLike: TextEncoding | null;
  };
  /** The file becomes unreadable before its first valid row. */
  readonly "data/broken": { readonly name: string; readonly at: FileBreak };
  readonly "data/empty-file": { readonly name: string };
  readonly "data/no-rows": { readonly name: string };
  readonly "data/no-good-row": { readonly rows: number; readonly row: number; readonly fault: RowFault };
}

/** What a non-JSON file looks like from its beginning. */
export type NotJson =
  { readonly kind: "blank" | "markup" } | { readonly kind: "text"; readonly start: string };

/** Why a row is not trainable. */
type RowProblemFacts =
  | ({ readonly code: "data/question-fills-row" } & DataProblems["data/question-fills-row"])
  | { readonly code: "data/nothing-to-learn" }
  | ({ readonly code: "tokenizer/chat-refused" } & TokenizerProblems["tokenizer/chat-refused"])
  | ({ readonly code: "tokenizer/template-failed" } & TokenizerProblems["tokenizer/template-failed"]);
