import { concatBytes } from "../../../lib/bytes";
import type { RowCollector } from "../row-collector";
import { findBreak, parseJson } from "./json-text";
import { MAX_ROW_BYTES, MAX_ROW_MB, type RowParser } from "./parser";

/** JSON Lines parser; an invalid line does not affect others. */
export class JsonLinesParser implements RowParser {
  readonly #rows: RowCollector;
  /** Pieces of the incomplete line. */
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
    // Overlong lines are measured but not kept.
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
    else this.#rows.reject({ kind: "not-json", line: this.#line, at: findBreak(bytes) });
  }
}

const NEWLINE = 0x0a;

/** Parses a line, ignoring a trailing comma (lines copied from a list). */
export function parseLine(text: string): unknown {
  return parseJson(text.endsWith(",") ? text.slice(0, -1) : text);
}
