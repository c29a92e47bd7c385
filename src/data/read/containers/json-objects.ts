import { concatBytes } from "../../../lib/bytes";
import { isRecord } from "../../../lib/json";
import { FileBreakError } from "../file-break-error";
import { expandObject, looksLikeRow } from "../expand-object";
import type { RowCollector } from "../row-collector";
import { JsonListParser } from "./json-list";
import { findBreak, parseJson } from "./json-text";
import { MAX_ROW_BYTES, MAX_ROW_MB, type RowParser } from "./parser";
import { TextPosition } from "./text-position";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const COMMA = 0x2c;

/**
 * Parses concatenated JSON objects, each over any number of lines: rows, or a single object that wraps rows or holds
 * them by column. An invalid object does not affect others; one too large to buffer is read as a list of rows in a
 * field.
 */
export class JsonObjectsParser implements RowParser {
  readonly #rows: RowCollector;
  /** Takes over if the first object is too large or truncated. */
  #list: JsonListParser | null = null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isFirst = true;
  #depth = 0;
  #inText = false;
  #isEscaped = false;
  readonly #position = new TextPosition();
  /**
   * A first object that neither is a row nor contains rows. If more follow, or it has text, it is a row of unknown format.
   */
  #lone: unknown = null;

  constructor(rows: RowCollector) {
    this.#rows = rows;
  }

  write(piece: Uint8Array): void {
    if (this.#list) {
      this.#list.write(piece);
      return;
    }
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      if (!this.#closes(piece[at] ?? 0)) continue;
      this.#hold(piece.subarray(start, at + 1));
      this.#finish();
      start = at + 1;
    }
    this.#hold(piece.slice(start));
    if (this.#heldBytes <= MAX_ROW_BYTES) return;
    if (!this.#isFirst)
      throw new FileBreakError({
        kind: "row-too-long",
        row: this.#rows.valueCount + 1,
        maxMegabytes: MAX_ROW_MB,
      });
    const held = concatBytes(this.#take());
    if (isTableByColumns(held))
      throw new FileBreakError({ kind: "columns-too-large", maxMegabytes: MAX_ROW_MB });
    this.#readAsList().write(held);
  }

  end(): void {
    if (this.#list) {
      this.#list.end();
      return;
    }
    const rest = concatBytes(this.#take());
    const isBlank = rest.every((byte) => byte <= 0x20 || byte === COMMA);
    if (this.#lone !== null && isBlank && !hasText(this.#lone)) throw new FileBreakError({ kind: "no-rows" });
    this.#addLone();
    if (isBlank) return;
    if (this.#isFirst) {
      // Truncated: read as a list, which yields the rows before the break and its position.
      const list = this.#readAsList();
      list.write(rest);
      list.end();
      return;
    }
    const at = findBreak(withoutComma(rest), this.#position);
    if (at) throw new FileBreakError({ kind: "json", ...at });
  }

  /** Whether this byte completes a value. */
  #closes(byte: number): boolean {
    if (this.#inText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#inText = false;
      return false;
    }
    if (byte === QUOTE) this.#inText = true;
    else if (OPENING.has(byte)) this.#depth++;
    else if (CLOSING.has(byte) && this.#depth > 0) return --this.#depth === 0;
    return false;
  }

  #hold(part: Uint8Array): void {
    this.#held.push(part);
    this.#heldBytes += part.length;
  }

  #take(): Uint8Array[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  #finish(): void {
    const bytes = concatBytes(this.#take());
    const value = parseJson(new TextDecoder("utf-8", { ignoreBOM: true }).decode(withoutComma(bytes)));
    if (value === undefined && this.#isFirst) {
      // Rows before the break are valid.
      const list = this.#readAsList();
      list.write(bytes);
      return;
    }
    this.#isFirst = false;
    if (value === undefined) this.#reject(bytes);
    else this.#add(value);
    this.#position.advance(bytes);
  }

  #reject(bytes: Uint8Array): void {
    const at = findBreak(withoutComma(bytes), this.#position.copy());
    const { line } = at?.place ?? this.#position.copy().locate(bytes, bytes.length);
    this.#rows.reject({ kind: "not-json", line, at });
  }

  #add(value: unknown): void {
    if (!isRecord(value)) {
      this.#rows.add(value);
      return;
    }
    const { rows, ignored } = expandObject(value);
    if (this.#rows.valueCount === 0 && this.#lone === null && rows[0] === value && !looksLikeRow(value)) {
      this.#lone = value;
      return;
    }
    this.#addLone();
    for (const field of ignored) this.#rows.ignore(field);
    for (const row of rows) this.#rows.add(row);
  }

  #addLone(): void {
    if (this.#lone !== null) this.#rows.add(this.#lone);
    this.#lone = null;
  }

  #readAsList(): JsonListParser {
    this.#list = new JsonListParser(this.#rows, true);
    return this.#list;
  }
}

/** Whether a field holds text, which could be learned. */
function hasText(value: unknown): boolean {
  return isRecord(value) && Object.values(value).some((field) => typeof field === "string" && field !== "");
}

/** Matches a first field with a list of strings or numbers, or an object with numeric keys. */
const FIRST_COLUMN =
  /^\s*\{\s*"(?:[^"\\]|\\.){0,1000}"\s*:\s*(?:\[\s*(?:["\d-]|null|true|false|NaN)|\{\s*"\d+"\s*:)/;

/** Length of the beginning by which a large object is recognised as a table by columns. */
const COLUMN_BYTES = 2 ** 16;

/** Whether the first field continues as a column: a list of rows would have started within its first bytes. */
function isTableByColumns(start: Uint8Array): boolean {
  const text = new TextDecoder().decode(start.subarray(0, COLUMN_BYTES));
  return FIRST_COLUMN.test(text) && !/\[\s*\{/.test(text);
}

/** Blanks out leading commas, which some files put between objects. */
function withoutComma(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte > 0x20 && byte !== COMMA);
  const blanked = bytes.slice();
  for (let at = 0; at < start; at++) if (blanked[at] === COMMA) blanked[at] = 0x20;
  return blanked;
}
