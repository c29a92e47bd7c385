/* Faults of dataset files and their rows, as facts. */

/** JSON value types. */
export type JsonKind = "null" | "list" | "object" | "text" | "number" | "boolean";

/** A position in a text, 1-based as in editors. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Why JSON parsing failed. */
export type JsonFault =
  | { readonly kind: "ends-early" | "raw-control-character" | "wrong-escape" }
  | { readonly kind: "too-deep"; readonly maxDepth: number }
  | { readonly kind: "unexpected"; readonly character: string }
  | { readonly kind: "expected"; readonly what: "value" | "field-name" | "colon" | "comma" | "file-end" };

/** Why a row was skipped. */
export type RowFault =
  | { readonly kind: "not-an-object"; readonly found: JsonKind }
  | { readonly kind: "no-field"; readonly field: string }
  | { readonly kind: "not-text"; readonly field: string; readonly found: JsonKind }
  | { readonly kind: "nul" | "half-character"; readonly field: string }
  | { readonly kind: "history-form" }
  | { readonly kind: "line-too-long"; readonly maxMegabytes: number }
  | { readonly kind: "not-json"; readonly line: number; readonly at: JsonBreak | null };

/** Where and why JSON parsing failed. */
export interface JsonBreak {
  readonly place: TextPlace;
  readonly fault: JsonFault;
}

/** Supported text encodings, detected or chosen. */
export const TEXT_ENCODINGS = [
  "gb18030",
  "big5",
  "shift_jis",
  "euc-kr",
  "windows-1252",
  "windows-1251",
  "utf-16le",
  "utf-16be",
] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

/** Dataset formats that are recognised but not supported. */
export type OtherFormat =
  | "messages"
  | "sharegpt"
  | "dolly"
  | "prompt-completion"
  | "question-answer"
  | "preference"
  | "text"
  | "columns"
  | "csv";

/** Where reading of a file failed. */
export type FileBreak =
  | ({ readonly kind: "json" } & JsonBreak)
  | { readonly kind: "row-too-long"; readonly row: number; readonly maxMegabytes: number }
  | {
      readonly kind: "not-text";
      /** Encoding used for reading. */
      readonly encoding: "utf-8" | TextEncoding;
      /** 1-based. */
      readonly byte: number;
      readonly looksLike: TextEncoding | null;
    }
  | { readonly kind: "utf-32" }
  | { readonly kind: "no-rows" }
  | { readonly kind: "other-format"; readonly format: OtherFormat };
