import { concatBytes } from "../../lib/bytes";
import { isRecord } from "../../lib/json";
import type { JsonBreak } from "../../lib/problems/dataset-faults";
import { Breakage } from "./breakage";
import { JsonError, JsonValues } from "./json-values";
import type { RowCollector } from "./row-collector";
import { looksLikeRow, otherForm } from "./row-shape";

/** Reads one of the forms that rows come in; fed with UTF-8 in pieces. */
export interface RowParser {
  /** @throws Breakage where the file cannot be read on */
  write(piece: Uint8Array): void;
  end(): void;
}

/** One row may take so much; what is larger is no row, and would fill the memory. */
const MAX_ROW_MB = 16;
const MAX_ROW_BYTES = MAX_ROW_MB * 2 ** 20;

/** One JSON list of rows; or one JSON object with a list of rows as a field, when `inField`. */
export class JsonListParser implements RowParser {
  readonly #values: JsonValues;
  readonly #rows: RowCollector;
  readonly #inField: boolean;
  #field: string | null = null;
  /** Values of the list that is being read, as long as it is not known whether they are rows. */
  #waiting: { readonly field: string; readonly values: unknown[] } | null = null;
  #hasColumns = false;
  #bytesSinceRow = 0;

  constructor(rows: RowCollector, inField: boolean) {
    this.#rows = rows;
    this.#inField = inField;
    this.#values = new JsonValues([inField ? "$.*.*" : "$.*"], ({ value, inList, field }) => {
      this.#bytesSinceRow = 0;
      if (!inField) rows.add(value);
      else if (field !== null) this.#addFrom(field, value, inList);
    });
  }

  write(piece: Uint8Array): void {
    this.#bytesSinceRow += piece.length;
    try {
      this.#values.write(piece);
    } catch (error) {
      throw this.#otherForm() ?? error;
    }
    if (this.#bytesSinceRow > MAX_ROW_BYTES) {
      const row = this.#rows.valueCount + 1;
      throw new Breakage({ kind: "row-too-long", row, maxMegabytes: MAX_ROW_MB });
    }
  }

  end(): void {
    try {
      this.#values.end();
    } catch (error) {
      throw this.#otherForm() ?? error;
    }
    if (!this.#inField || this.#field !== null) return;
    if (!this.#waiting || this.#hasColumns) throw this.#otherForm() ?? new Breakage({ kind: "no-rows" });
    // A list of other objects: its first one tells what is wrong with them.
    for (const value of this.#waiting.values) this.#rows.add(value);
  }

  /** The file as one object of another form, or several; it has no list of rows. */
  #otherForm(): Breakage | null {
    if (!this.#inField || this.#field !== null) return null;
    const fields = Object.fromEntries(Array.from(this.#values.keys, (key) => [key, ""]));
    const format = this.#hasColumns ? "columns" : otherForm(fields);
    return format && new Breakage({ kind: "other-format", format });
  }

  /** The rows are the first list in which one of the first values looks like a row; other lists are named as ignored. */
  #addFrom(field: string, value: unknown, inList: boolean): void {
    if (field === "instruction" || field === "output") this.#hasColumns ||= !isRecord(value);
    if (!inList) return;
    if (field === this.#field) {
      this.#rows.add(value);
    } else if (this.#field === null && looksLikeRow(value)) {
      const before = this.#waiting?.field === field ? this.#waiting.values : [];
      if (this.#waiting && this.#waiting.field !== field) this.#rows.ignore(this.#waiting.field);
      this.#field = field;
      this.#waiting = null;
      for (const each of [...before, value]) this.#rows.add(each);
    } else if (this.#field === null && this.#waiting?.field === field) {
      if (this.#waiting.values.length < MAX_WAITING) this.#waiting.values.push(value);
    } else if (this.#field === null && (isRecord(value) || !this.#waiting)) {
      if (this.#waiting) this.#rows.ignore(this.#waiting.field);
      this.#waiting = { field, values: [value] };
    } else {
      this.#rows.ignore(field);
    }
  }
}

/** Values that wait for the first row among them. */
const MAX_WAITING = 100;

/** JSON Lines: a row on each line. A bad line costs no more than itself. */
export class JsonLinesParser implements RowParser {
  readonly #rows: RowCollector;
  /** Pieces of a line whose end has not come. */
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #line = 1;

  constructor(rows: RowCollector) {
    this.#rows = rows;
  }

  write(piece: Uint8Array): void {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
      this.#hold(piece.subarray(start, end));
      this.#finishLine();
      start = end + 1;
    }
    this.#hold(piece.slice(start));
  }

  end(): void {
    this.#finishLine();
  }

  #hold(part: Uint8Array): void {
    this.#restBytes += part.length;
    // What is too long is counted but no longer held.
    if (this.#restBytes <= MAX_ROW_BYTES) this.#rest.push(part);
    else this.#rest = [];
  }

  #finishLine(): void {
    const [first, ...others] = this.#rest;
    const bytes = others.length === 0 ? (first ?? new Uint8Array(0)) : concatBytes(this.#rest);
    if (this.#restBytes > MAX_ROW_BYTES)
      this.#rows.reject({ kind: "line-too-long", maxMegabytes: MAX_ROW_MB });
    else this.#readLine(bytes);
    this.#rest = [];
    this.#restBytes = 0;
    this.#line++;
  }

  #readLine(bytes: Uint8Array): void {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).trim();
    if (text === "") return;
    const value = parseLine(text);
    if (value !== undefined) this.#rows.add(value);
    else this.#rows.reject({ kind: "not-json", line: this.#line, at: lineBreak(bytes) });
  }
}

const NEWLINE = 0x0a;

/**
 * The value of a line, or undefined, which no JSON text is. A comma at its end, as of a list that was taken apart, does
 * not count, and NaN and ±Infinity are null.
 */
function parseLine(text: string): unknown {
  const bare = text.endsWith(",") ? text.slice(0, -1) : text;
  try {
    return JSON.parse(bare);
  } catch {
    return /NaN|Infinity/.test(bare) ? parsePython(bare) : undefined;
  }
}

function parsePython(text: string): unknown {
  let found: unknown;
  const values = new JsonValues(["$"], ({ value }) => {
    found = value;
  });
  try {
    values.write(new TextEncoder().encode(text));
    values.end();
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
  return found;
}

/** The parser for a text that begins with `start`: its first line that is not blank, or as much as there is of it. */
export function chooseParser(start: Uint8Array, rows: RowCollector): RowParser | null {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(start).trimStart();
  if (text.startsWith("[")) return new JsonListParser(rows, false);
  const newline = text.indexOf("\n");
  const line = newline < 0 ? text : text.slice(0, newline);
  const value = parseLine(line);
  if (value !== undefined) {
    return wrapsRows(value) ? new JsonListParser(rows, true) : new JsonLinesParser(rows);
  }
  if (!text.startsWith("{")) return null;
  return beginsObject(line, newline >= 0) ? new JsonListParser(rows, true) : new JsonLinesParser(rows);
}

/**
 * True when the line begins an object over several lines, and so not a broken row of JSON Lines. Where no end of the line
 * is in sight, the fields at its start tell.
 */
function beginsObject(line: string, isWhole: boolean): boolean {
  let isRow = false;
  const values = new JsonValues(["$.*"], ({ value, field }) => {
    isRow ||= typeof value === "string" && field !== null && ROW_FIELDS.has(field);
  });
  try {
    values.write(new TextEncoder().encode(line));
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
  return isWhole || !isRow;
}

/** Fields whose texts show that an object is a row. */
const ROW_FIELDS: ReadonlySet<string> = new Set(["instruction", "output", "prompt", "completion"]);

/** True for an object that wraps the rows, as in {"data": [{…}, …]}. */
function wrapsRows(value: unknown): boolean {
  if (!isRecord(value) || "instruction" in value || otherForm(value) !== null) return false;
  return Object.values(value).some((field) => Array.isArray(field) && field.some(isRecord));
}

/** Where in a line the JSON breaks and why, as the browser itself does not say in the same words everywhere. */
function lineBreak(bytes: Uint8Array): JsonBreak | null {
  const values = new JsonValues(["$"], () => undefined);
  try {
    values.write(bytes);
    values.end();
  } catch (error) {
    if (error instanceof JsonError) return error.json;
  }
  return null;
}
