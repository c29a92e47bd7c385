import { concatBytes } from "../../lib/bytes";
import { LuthierError } from "../../lib/errors";
import type { FileBreak } from "../../lib/problems/dataset-faults";
import type { NotJson } from "../../lib/problems/data-problems";
import type { ReadingOptions } from "../../shared/data";
import type { Row } from "../../shared/rows";
import { FileBreakError } from "./file-break-error";
import { chooseParser } from "./choose-parser";
import type { RowParser } from "./containers/parser";
import { unsupportedType } from "./file-type";
import type { RowCollector } from "./row-collector";
import { utf8Pieces } from "./utf8";

/** Bytes needed to detect the file type. */
export const SNIFF_BYTES = 64;
/** Limit for inspecting the first line. */
const FIRST_LINE_BYTES = 2 ** 20;
/** Number of rows with unknown columns, without any valid ones, after which to ask the user. */
const MAX_UNKNOWN_ROWS = 1000;

/**
 * Streams the rows of a text: JSON variants, tables, plain text. A file that becomes unreadable (broken JSON, invalid
 * text) after some valid rows counts as broken.
 * @param name file name for messages
 * @param rows collects rows and problems, possibly of several files
 * @throws LuthierError when there are no usable rows: an empty or foreign file, only faulty rows, or unknown columns
 */
export async function* readText(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  rows: RowCollector,
  options: ReadingOptions,
): AsyncGenerator<Row[], void, void> {
  const before = rows.rowCount;
  let parser: RowParser | null = null;
  let brokenAt: FileBreak | null = null;
  try {
    const text = utf8Pieces(recognised(bytes, name), options.encoding);
    for await (const piece of wholeFirstLine(text)) {
      if (!parser) {
        const chosen = chooseParser(piece, name, rows, options);
        if (!chosen) throw notJson(piece, name);
        rows.useContainer(chosen.container);
        parser = chosen.parser;
      }
      parser.write(piece);
      const taken = rows.take();
      if (taken.length > 0) yield taken;
      if (rows.rowCount === before && rows.unknownRows > MAX_UNKNOWN_ROWS) break;
    }
    if (rows.rowCount > before || rows.unknownRows <= MAX_UNKNOWN_ROWS) parser?.end();
  } catch (error) {
    if (!(error instanceof FileBreakError)) throw error;
    brokenAt = error.at;
  }
  const last = rows.take();
  if (last.length > 0) yield last;
  if (rows.rowCount === before) throw noUsableRows(rows, name, brokenAt, parser !== null);
  if (brokenAt) rows.break(brokenAt);
}

/** Passes bytes on, rejecting unsupported file types. */
async function* recognised(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  const check = (start: Uint8Array): Uint8Array => {
    const kind = unsupportedType(start);
    if (!kind) return start;
    throw new LuthierError({ code: "data/foreign-file", name, kind });
  };
  yield* joinedStart(pieces, (start) => start.length >= SNIFF_BYTES, check);
}

/** Joins pieces until the first contains the first non-blank line, or its limit. */
function wholeFirstLine(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const hasLine = (start: Uint8Array): boolean => {
    if (start.length >= FIRST_LINE_BYTES) return true;
    const first = start.findIndex((byte) => byte > 0x20);
    return first >= 0 && start.includes(NEWLINE, first);
  };
  return joinedStart(pieces, hasLine, (start) => start);
}

const NEWLINE = 0x0a;

/** Joins pieces until `enough`, passes them through `check`, then yields the rest unchanged. */
export async function* joinedStart(
  pieces: AsyncIterable<Uint8Array>,
  enough: (start: Uint8Array) => boolean,
  check: (start: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array, void, void> {
  let start: Uint8Array | null = new Uint8Array(0);
  try {
    for await (const piece of pieces) {
      if (!start) {
        yield piece;
        continue;
      }
      start = concatBytes([start, piece]);
      if (enough(start)) {
        yield check(start);
        start = null;
      }
    }
  } catch (error) {
    // Data before the break is valid.
    if (error instanceof FileBreakError && start && start.length > 0) yield check(start);
    throw error;
  }
  if (start && start.length > 0) yield check(start);
}

function notJson(start: Uint8Array, name: string): LuthierError {
  const text = new TextDecoder().decode(start.subarray(0, 200)).trimStart();
  const looks: NotJson =
    text === ""
      ? { kind: "blank" }
      : text.startsWith("<")
        ? { kind: "markup" }
        : { kind: "text", start: text.slice(0, 20) };
  return new LuthierError({ code: "data/not-json", name, looks });
}

/** The error for a file without usable rows. */
export function noUsableRows(
  rows: RowCollector,
  name: string,
  brokenAt: FileBreak | null,
  hasText: boolean,
): LuthierError {
  if (rows.unknownRows > 0)
    return new LuthierError({ code: "data/strange-columns", name, columns: rows.unknownColumns });
  if (brokenAt?.kind === "not-text") {
    const { encoding, byte, looksLike } = brokenAt;
    return new LuthierError({ code: "data/not-text", name, encoding, byte, looksLike });
  }
  if (brokenAt) return new LuthierError({ code: "data/broken", name, at: brokenAt });
  if (!hasText) return new LuthierError({ code: "data/empty-file", name });
  const { valueCount, firstProblem } = rows;
  if (!firstProblem) return new LuthierError({ code: "data/no-rows", name });
  const { row, reason: fault } = firstProblem;
  return new LuthierError({ code: "data/no-good-row", rows: valueCount, row, fault });
}
