/* Faults of dataset files and their rows, as facts. */

import type { ZipDamage } from "../zip-directory";

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
  | { readonly kind: "not-a-list"; readonly field: string; readonly found: JsonKind }
  /** A cell that begins like a list, but is neither JSON nor a Python literal. */
  | { readonly kind: "unread-list"; readonly field: string }
  /** A turn that is not an object with role and content, or from and value; counted from 1. */
  | { readonly kind: "turn-form"; readonly field: string; readonly turn: number }
  | { readonly kind: "unknown-role"; readonly turn: number; readonly role: string }
  /** `found` is a JSON type, or the file's name for a part of a message. */
  | { readonly kind: "turn-not-text"; readonly turn: number; readonly found: string }
  | { readonly kind: "call-form"; readonly turn: number }
  | { readonly kind: "no-answer" }
  /** One of two answers is a text, the other a list. */
  | { readonly kind: "sides-differ" }
  | { readonly kind: "too-many-cells"; readonly cells: number; readonly columns: number }
  /** One of several files is truncated; rows before that point are kept. */
  | { readonly kind: "broken-off"; readonly at: FileBreak }
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

/** The position from which a file cannot be read. */
export type FileBreak =
  | ({ readonly kind: "json" } & JsonBreak)
  /** A JSON table by columns that is too large, since it is read as a whole. */
  | { readonly kind: "columns-too-large"; readonly maxMegabytes: number }
  | { readonly kind: "page-too-large"; readonly maxMegabytes: number }
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
  /** A damaged compressed file or table; `reason` is from the library. */
  | { readonly kind: "damaged"; readonly reason: string }
  /** An archive, or a member of one, that cannot be unpacked. */
  | { readonly kind: "archive"; readonly fault: ZipDamage | "encrypted" }
  /** A zip member with an unsupported compression method, by number. */
  | { readonly kind: "archive-method"; readonly method: number };
