import type { ContainerId, ReadingOptions } from "../../shared/data";
import { JsonError, JsonValues } from "./containers/json-values";
import { JsonLinesParser, parseLine } from "./containers/json-lines";
import { JsonListParser } from "./containers/json-list";
import { JsonObjectsParser } from "./containers/json-objects";
import type { RowParser } from "./containers/parser";
import { PlainTextParser } from "./containers/plain-text";
import { TableParser } from "./containers/table";
import { isRecord } from "../../lib/json";
import { containsRows, looksLikeRow } from "./expand-object";
import type { RowCollector } from "./row-collector";

/** A parser and its container format. */
export interface ChosenParser {
  readonly container: ContainerId;
  readonly parser: RowParser;
}

/**
 * Chooses a parser by the first non-blank line (or its beginning). The file name only matters if the text is ambiguous.
 */
export function chooseParser(
  start: Uint8Array,
  name: string,
  rows: RowCollector,
  { columns, cut = "whole" }: ReadingOptions,
): ChosenParser | null {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(start).trimStart();
  const kind = kindByName(name);
  if (beginsLikeJson(text, kind === "plain-text")) return jsonParser(text, rows);
  if (kind === "csv" || kind === "tsv" || TABLE_HEADING.test(text)) {
    const headings = columns?.headings;
    const options = {
      ...(kind === "tsv" ? { delimiter: "\t" } : {}),
      ...(headings === undefined ? {} : { headings }),
    };
    return { container: kind === "tsv" ? "tsv" : "csv", parser: new TableParser(rows, options) };
  }
  if (kind !== "plain-text" || text === "") return null;
  return { container: "plain-text", parser: new PlainTextParser(rows, cut) };
}

/** A header with column names of a known format, or Excel's separator line. */
const TABLE_HEADING =
  /^(?:sep=.\s|[\w" ]*\b(?:instruction|output|prompt|question|completion|answer|chosen)\b[\w" ]*[,;\t|])/i;

function kindByName(name: string): "csv" | "tsv" | "plain-text" | null {
  const extension = /\.(\w+)(?:\.gz)?$/.exec(name.toLowerCase())?.[1] ?? "";
  if (extension === "csv" || extension === "tsv") return extension;
  return ["txt", "text", "md", "markdown"].includes(extension) ? "plain-text" : null;
}

/** Plain text may start with a bracket, e.g. "[1] Introduction". */
function beginsLikeJson(text: string, isPlain: boolean): boolean {
  return isPlain
    ? /^(?:\[\s*[[{]|\{\s*["}])/.test(text)
    : /^[[{]/.test(text) || parseFirstLine(text) !== undefined;
}

function jsonParser(text: string, rows: RowCollector): ChosenParser {
  if (text.startsWith("[") && !isListLine(text))
    return { container: "json", parser: new JsonListParser(rows, false) };
  const newline = text.indexOf("\n");
  const line = newline < 0 ? text : text.slice(0, newline);
  const value = parseLine(line);
  const isOnly = newline < 0 || text.slice(newline).trim() === "";
  const isObjects =
    value === undefined
      ? text.startsWith("{") && beginsObject(line, newline >= 0)
      : containsRows(value) || (isOnly && isRecord(value) && !looksLikeRow(value));
  return isObjects
    ? { container: "json", parser: new JsonObjectsParser(rows) }
    : { container: "json-lines", parser: new JsonLinesParser(rows) };
}

/** The JSON value of the first line; undefined if invalid. */
function parseFirstLine(text: string): unknown {
  const newline = text.indexOf("\n");
  return text === "" ? undefined : parseLine(newline < 0 ? text : text.slice(0, newline));
}

/** Whether each line is a list of messages (JSON Lines), rather than the file being one list. */
function isListLine(text: string): boolean {
  const line = parseFirstLine(text);
  return Array.isArray(line) && /\n\s*\[/.test(text);
}

/**
 * Whether the line starts a multi-line object, as opposed to an invalid JSON Lines row. If the end of the line was not
 * read, the first fields decide.
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

/** Fields whose string values identify an object as a row. */
const ROW_FIELDS: ReadonlySet<string> = new Set(["instruction", "output", "prompt", "completion", "text"]);
