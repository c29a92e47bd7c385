import { concatBytes } from "../../lib/bytes";
import { LuthierError } from "../../lib/errors";
import type { FileBreak, TextEncoding } from "../../lib/problems/dataset-faults";
import type { NotJson } from "../../lib/problems/data-problems";
import type { Row } from "../../shared/data";
import { Breakage } from "./breakage";
import { foreignType } from "./file-type";
import { chooseParser, type RowParser } from "./formats";
import { type ReadReport, RowCollector } from "./row-collector";
import { utf8Pieces } from "./utf8";

/** Bytes by which the kind of a file shows. */
const SNIFF_BYTES = 64;
/** A first line longer than this is judged by its beginning. */
const FIRST_LINE_BYTES = 2 ** 20;

/**
 * Reads Alpaca rows out of a file's bytes: one JSON list, JSON Lines, or one object with such a list in it. Gives out
 * good rows as they come; returns what was wrong with the rest.
 *
 * A file that breaks off (broken JSON, bytes that are no text) after some good rows ends with `brokenAt` set.
 * @param name of the file, for messages
 * @param encoding of its text, where it is none of Unicode's
 * @throws LuthierError when there is no row to keep: an empty file, another kind of file, only bad rows
 */
export async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  encoding?: TextEncoding,
): AsyncGenerator<Row[], ReadReport, void> {
  const rows = new RowCollector();
  let parser: RowParser | null = null;
  let brokenAt: FileBreak | null = null;
  try {
    for await (const piece of wholeFirstLine(utf8Pieces(recognised(bytes, name), encoding))) {
      parser ??= chooseParser(piece, rows);
      if (!parser) throw notJson(piece, name);
      parser.write(piece);
      const taken = rows.take();
      if (taken.length > 0) yield taken;
    }
    parser?.end();
  } catch (error) {
    if (!(error instanceof Breakage)) throw error;
    brokenAt = error.at;
  }
  const last = rows.take();
  if (last.length > 0) yield last;
  if (rows.rowCount === 0) throw nothingToKeep(rows, name, brokenAt, parser !== null);
  return rows.report(brokenAt);
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
    return first >= 0 && (start[first] === OPENING_BRACKET || start.includes(NEWLINE, first));
  };
  return joinedStart(pieces, hasLine, (start) => start);
}

const NEWLINE = 0x0a;
const OPENING_BRACKET = 0x5b;

/** Joins pieces until they are `enough`, gives them out through `check`, and then the others as they come. */
async function* joinedStart(
  pieces: AsyncIterable<Uint8Array>,
  enough: (start: Uint8Array) => boolean,
  check: (start: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array, void, void> {
  let start: Uint8Array | null = new Uint8Array(0);
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
  if (start && start.length > 0) yield check(start);
}

function notJson(start: Uint8Array, name: string): LuthierError {
  const text = new TextDecoder().decode(start.subarray(0, 200)).trimStart();
  // Excel writes the separator into a line of its own.
  if (/^(?:sep=.\s|[\w" ]*(?:instruction|output|prompt|question)[\w" ]*[,;\t])/i.test(text))
    return new LuthierError({ code: "data/other-format", name, format: "csv" });
  const looks: NotJson =
    text === ""
      ? { kind: "blank" }
      : text.startsWith("<")
        ? { kind: "markup" }
        : { kind: "text", start: text.slice(0, 20) };
  return new LuthierError({ code: "data/not-json", name, looks });
}

function nothingToKeep(
  rows: RowCollector,
  name: string,
  brokenAt: FileBreak | null,
  hasText: boolean,
): LuthierError {
  const format = rows.firstForm;
  if (format) return new LuthierError({ code: "data/other-format", name, format });
  if (brokenAt?.kind === "other-format")
    return new LuthierError({ code: "data/other-format", name, format: brokenAt.format });
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
