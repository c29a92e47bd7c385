import { concatBytes } from "../../lib/bytes";
import { isRecord } from "../../lib/json";
import { Breakage } from "./breakage";
import { JsonError, JsonValues } from "./json-values";
import type { RowCollector } from "./row-collector";

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
  #bytesSinceRow = 0;

  constructor(rows: RowCollector, inField: boolean) {
    this.#rows = rows;
    this.#inField = inField;
    this.#values = new JsonValues([inField ? "$.*.*" : "$.*"], ({ value, inList, field }) => {
      if (inField && (!inList || !this.#isRowsField(field))) return;
      this.#bytesSinceRow = 0;
      rows.add(value);
    });
  }

  write(piece: Uint8Array): void {
    this.#bytesSinceRow += piece.length;
    this.#values.write(piece);
    if (this.#bytesSinceRow > MAX_ROW_BYTES) {
      throw new Breakage(`has a row ${this.#rows.valueCount + 1} of more than ${MAX_ROW_MB} MB`);
    }
  }

  end(): void {
    this.#values.end();
    if (this.#inField && this.#field === null) {
      throw new Breakage("is one JSON object without a list of rows in it");
    }
  }

  /** The first list is the one with the rows; others are named as ignored. */
  #isRowsField(field: string | null): boolean {
    this.#field ??= field;
    if (field !== this.#field) this.#rows.ignore(field ?? "");
    return field === this.#field;
  }
}

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
    if (this.#restBytes > MAX_ROW_BYTES) this.#rows.reject(`is a line of more than ${MAX_ROW_MB} MB`);
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
    else this.#rows.reject(`is not valid JSON: line ${this.#line}${lineProblem(bytes)}`);
  }
}

const NEWLINE = 0x0a;

/** The value of a line, or undefined, which no JSON text is. */
function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
    isRow ||= typeof value === "string" && (field === "instruction" || field === "output");
  });
  try {
    values.write(new TextEncoder().encode(line));
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
  return isWhole || !isRow;
}

/** True for an object that wraps the rows, as in {"data": [{…}, …]}. */
function wrapsRows(value: unknown): boolean {
  if (!isRecord(value) || "instruction" in value) return false;
  return Object.values(value).some((field) => Array.isArray(field) && field.some(isRecord));
}

/** Where in a line the JSON breaks and why, as the browser itself does not say in the same words everywhere. */
function lineProblem(bytes: Uint8Array): string {
  const values = new JsonValues(["$"], () => undefined);
  try {
    values.write(bytes);
    values.end();
  } catch (error) {
    if (error instanceof JsonError) return `, column ${error.place.column}, ${error.what}`;
  }
  return "";
}
