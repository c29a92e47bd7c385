import { isRecord } from "../../lib/json";
import type { Fields } from "./formats/format";
import { formatOf, probableFormat } from "./formats/registry";

/** Rows contained in an object, and the names of its other lists. */
export interface Expanded {
  readonly rows: readonly unknown[];
  readonly ignored: readonly string[];
}

/** Interprets a top-level JSON object: a table by columns, a list of rows in a field, or a single row. */
export function expandObject(value: Fields): Expanded {
  const isRow = formatOf(value) !== null;
  const columns = isRow ? null : (splitTable(value) ?? rowsOfColumns(value));
  if (columns) return { rows: columns, ignored: [] };
  if (isRow) return { rows: [value], ignored: [] };
  return wrappedRows(value) ?? rowsByName(value) ?? { rows: [value], ignored: [] };
}

/** Whether an object contains rows other than itself. */
export function containsRows(value: unknown): boolean {
  return isRecord(value) && expandObject(value).rows[0] !== value;
}

/** Whether a value is intended as a row. */
export function looksLikeRow(value: unknown): boolean {
  if (!isRecord(value)) return isMessageList(value);
  return isHubRow(value) || formatOf(value) !== null || probableFormat(value) !== null;
}

/** Unwraps the format of the Hub's dataset viewer, {"row_idx": 0, "row": {…}}, and wraps a bare list of messages. */
export function unwrapRow(value: unknown): unknown {
  if (isRecord(value)) return isHubRow(value) ? value.row : value;
  return isMessageList(value) ? { messages: value } : value;
}

function isHubRow(value: Fields): boolean {
  return typeof value.row_idx === "number" && isRecord(value.row);
}

function isMessageList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => isRecord(one) && "role" in one);
}

/** The first list of rows, or otherwise of objects. */
function wrappedRows(value: Fields): Expanded | null {
  const lists = Object.entries(value).flatMap(([field, list]) =>
    Array.isArray(list) ? [[field, list as unknown[]] as const] : [],
  );
  const found =
    lists.find(([, list]) => list.slice(0, MAX_WAITING).some(looksLikeRow)) ??
    lists.find(([, list]) => list.some(isRecord));
  if (!found) return null;
  const [field, rows] = found;
  return { rows, ignored: lists.map(([name]) => name).filter((name) => name !== field) };
}

/** Number of values inspected for a row. */
export const MAX_WAITING = 100;

/** pandas' `orient="index"`: {"0": {…}, "1": {…}}. */
function rowsByName(value: Fields): Expanded | null {
  const rows = Object.values(value);
  return rows.length > 0 && rows.every(isRecord) && rows.some(looksLikeRow) ? { rows, ignored: [] } : null;
}

/** pandas' `orient="split"`: {"columns": […], "index": […], "data": [[…], …]}. */
function splitTable({ columns, data }: Fields): readonly unknown[] | null {
  if (!Array.isArray(columns) || !Array.isArray(data)) return null;
  if (!data.every(Array.isArray) || !columns.every((name) => typeof name === "string")) return null;
  return (data as unknown[][]).map((cells) =>
    Object.fromEntries(columns.map((name: string, index) => [name, cells[index] ?? null])),
  );
}

/**
 * A table by columns, as written by pandas' `to_json` and datasets' `to_dict`: {"a": {"0": …, "1": …}} or {"a": […]},
 * with equal rows in all columns.
 */
function rowsOfColumns(value: Fields): readonly unknown[] | null {
  const columns = Object.entries(value);
  const first = columns[0]?.[1];
  if (Array.isArray(first)) {
    const isTable = columns.every(([, column]) => Array.isArray(column) && column.length === first.length);
    // A list of objects in a field contains rows.
    if (!isTable || first.length === 0 || columns.some(([, column]) => (column as unknown[]).some(isRecord)))
      return null;
    return first.map((_, index) => rowAt(columns, index));
  }
  if (!isRecord(first)) return null;
  const keys = Object.keys(first);
  const isTable =
    keys.length > 0 &&
    keys.every((key) => /^\d+$/.test(key)) &&
    columns.every(([, column]) => isRecord(column) && keys.every((key) => key in column));
  return isTable ? keys.map((key) => rowAt(columns, key)) : null;
}

function rowAt(columns: readonly (readonly [string, unknown])[], key: string | number): Fields {
  return Object.fromEntries(
    columns.map(([name, column]) => [name, (column as Readonly<Record<string | number, unknown>>)[key]]),
  );
}
