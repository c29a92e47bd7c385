import { isRecord } from "../../../lib/json";
import type { JsonKind, RowFault } from "../../../lib/problems/dataset-faults";
import type { FormatId } from "../../../shared/data";
import type { Row } from "../../../shared/rows";

/** One object of a file, before anything is known of it. */
export type Fields = Readonly<Record<string, unknown>>;

/** A value of the file as a row, or why it is none. */
export type CheckedRow = { readonly row: Row } | { readonly fault: RowFault };

/** A form of rows that is told by its fields. */
export interface RowFormat {
  readonly id: FormatId;
  /** The fields that it reads; the others are told as not used. */
  readonly fields: ReadonlySet<string>;
  /** Whether an object is meant as such a row. It may still be a faulty one. */
  fits(value: Fields): boolean;
  /** Reads an object that fits. @throws FaultyRow */
  read(value: Fields): Row;
}

/** Thrown where a row cannot be used. */
export class FaultyRow extends Error {
  readonly fault: RowFault;

  constructor(fault: RowFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

/** A text that has to be there. @throws FaultyRow */
export function neededText(value: Fields, field: string): string {
  if (value[field] === undefined) throw new FaultyRow({ kind: "no-field", field });
  return text(value[field], field);
}

/** A text that may be missing, null or empty. @throws FaultyRow */
export function optionalText(value: Fields, field: string): string {
  return text(value[field] ?? "", field);
}

/** A value that has to be a text: whole Unicode without NUL. @throws FaultyRow */
export function text(value: unknown, field: string): string {
  if (typeof value !== "string") throw new FaultyRow({ kind: "not-text", field, found: kindOf(value) });
  if (value.includes("\0")) throw new FaultyRow({ kind: "nul", field });
  if (!value.isWellFormed()) throw new FaultyRow({ kind: "half-character", field });
  return value;
}

export function kindOf(value: unknown): JsonKind {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "object";
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "boolean" : "number";
}

/** The JSON value that a text spells: tables keep lists and objects in cells. Anything else stays as it is. */
export function unspelled(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A whole column in the place of a text: {"0": …, "1": …} or a list. */
export function isColumn(value: unknown): boolean {
  return isRecord(value) || Array.isArray(value);
}

export function hasFields(value: Fields, ...fields: readonly string[]): boolean {
  return fields.every((field) => field in value);
}
