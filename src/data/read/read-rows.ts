import { concatBytes } from "../../lib/bytes";
import { LuthierError } from "../../lib/errors";
import type { FileBreak } from "../../lib/problems/dataset-faults";
import type { NotJson } from "../../lib/problems/data-problems";
import type { ReadingOptions } from "../../shared/data";
import type { Row } from "../../shared/rows";
import { Breakage } from "./breakage";
import { chooseParser } from "./choose-parser";
import type { RowParser } from "./containers/parser";
import { foreignType } from "./file-type";
import type { RowCollector } from "./row-collector";
import { utf8Pieces } from "./utf8";

/** Bytes by which the kind of a file shows. */
export const SNIFF_BYTES = 64;
/** A first line longer than this is judged by its beginning. */
const FIRST_LINE_BYTES = 2 ** 20;
/** So many rows of columns that nobody knows, and none before them, are enough to ask. */
const STRANGE_ENOUGH = 1000;

/**
 * Reads the rows of one text: JSON in its forms, tables, plain text. Gives out good rows as they come.
 *
 * A file that breaks off (broken JSON, bytes that are no text) after some good rows counts as broken.
 * @param name of the file, for messages
 * @param rows takes what is wrong with the others; it may hold those of other files
 * @throws LuthierError when there is no row to keep: an empty file, another kind of file, only bad rows, or rows of
 * columns that nobody knows
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
      if (rows.rowCount === before && rows.strangeRows > STRANGE_ENOUGH) break;
    }
    if (rows.rowCount > before || rows.strangeRows <= STRANGE_ENOUGH) parser?.end();
  } catch (error) {
    if (!(error instanceof Breakage)) throw error;
    brokenAt = error.at;
  }
  const last = rows.take();
  if (last.length > 0) yield last;
  if (rows.rowCount === before) throw nothingToKeep(rows, name, brokenAt, parser !== null);
  if (brokenAt) rows.break(brokenAt);
}

/** Passes the bytes on unless they begin like another kind of file. */
async function* recognised(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  const check = (start: Uint8Array): Uint8Array => {
    const kind = foreignType(start);
    if (!kind) return start;
    throw new LuthierError({ code: "data/foreign-file", name, kind });
  };
  yield* joinedStart(pieces, (start) => start.length >= SNIFF_BYTES, check);
}

/** Joins the first pieces so that the first one holds the first line that is not blank, or much of it. */
function wholeFirstLine(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const hasLine = (start: Uint8Array): boolean => {
    if (start.length >= FIRST_LINE_BYTES) return true;
    const first = start.findIndex((byte) => byte > 0x20);
    return first >= 0 && start.includes(NEWLINE, first);
  };
  return joinedStart(pieces, hasLine, (start) => start);
}

const NEWLINE = 0x0a;

/** Joins pieces until they are `enough`, gives them out through `check`, and then the others as they come. */
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
    // What came before the break is good.
    if (error instanceof Breakage && start && start.length > 0) yield check(start);
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

/** Why there is nothing to keep of a file. */
export function nothingToKeep(
  rows: RowCollector,
  name: string,
  brokenAt: FileBreak | null,
  hasText: boolean,
): LuthierError {
  if (rows.strangeRows > 0)
    return new LuthierError({ code: "data/strange-columns", name, columns: rows.strangeColumns });
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
