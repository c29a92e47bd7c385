import { isRecord } from "../../../lib/json";
import type { JsonKind, RowFault } from "../../../lib/problems/dataset-faults";
import type { FormatId } from "../../../shared/data";
import type { Row } from "../../../shared/rows";
import { parsePythonLiteral } from "../python-literal";

/** An uninterpreted object of a file. */
export type Fields = Readonly<Record<string, unknown>>;

/** A row format, recognised by its fields. */
export interface RowFormat {
  readonly id: FormatId;
  /** Fields that are read; others are reported as ignored. */
  readonly fields: ReadonlySet<string>;
  /** Whether an object is intended as this format; it may still be faulty. */
  fits(value: Fields): boolean;
  /** Reads a matching object. @throws FaultyRow */
  read(value: Fields): Row;
}

/** Thrown for unusable rows. */
export class FaultyRow extends Error {
  readonly fault: RowFault;

  constructor(fault: RowFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

/** A required string. @throws FaultyRow */
export function requiredText(value: Fields, field: string): string {
  if (value[field] === undefined) throw new FaultyRow({ kind: "no-field", field });
  return text(value[field], field);
}

/** A string that may be missing, null or empty. @throws FaultyRow */
export function optionalText(value: Fields, field: string): string {
  return text(value[field] ?? "", field);
}

/** Validates a string: well-formed Unicode without NUL. @throws FaultyRow */
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

/**
 * Parses lists and objects stored in table cells, as JSON or as Python literals; other values are returned unchanged.
 */
export function parseNested(value: unknown): unknown {
  if (typeof value !== "string" || !looksNested(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    const literal = parsePythonLiteral(value);
    return literal === undefined ? value : literal;
  }
}

/** Whether a text begins like a list or an object. */
export function looksNested(value: string): boolean {
  return /^\s*[[{]/.test(value);
}

/** Whether a value is a column of a table, {"0": …, "1": …} or a list, rather than a row's field. */
export function isColumn(value: unknown): boolean {
  return isRecord(value) || Array.isArray(value);
}

export function hasFields(value: Fields, ...fields: readonly string[]): boolean {
  return fields.every((field) => field in value);
}
