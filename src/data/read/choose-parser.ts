import type { ContainerId, ReadingOptions } from "../../shared/data";
import { JsonError, JsonValues } from "./containers/json-values";
import { JsonLinesParser, parseLine } from "./containers/json-lines";
import { JsonListParser } from "./containers/json-list";
import { JsonObjectsParser } from "./containers/json-objects";
import type { RowParser } from "./containers/parser";
import { PlainTextParser } from "./containers/plain-text";
import { TableParser } from "./containers/table";
import { isRecord } from "../../lib/json";
import { holdsRows, looksLikeRow } from "./expand-object";
import type { RowCollector } from "./row-collector";

/** A parser, and what it reads. */
export interface ChosenParser {
  readonly container: ContainerId;
  readonly parser: RowParser;
}

/**
 * The parser for a text that begins with `start`: its first line that is not blank, or as much as there is of it. The
 * file's name counts only where the text alone does not tell.
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

/** A first line that names the columns of a known form, or Excel's line for its separator. */
const TABLE_HEADING =
  /^(?:sep=.\s|[\w" ]*\b(?:instruction|output|prompt|question|completion|answer|chosen)\b[\w" ]*[,;\t|])/i;

function kindByName(name: string): "csv" | "tsv" | "plain-text" | null {
  const extension = /\.(\w+)(?:\.gz)?$/.exec(name.toLowerCase())?.[1] ?? "";
  if (extension === "csv" || extension === "tsv") return extension;
  return ["txt", "text", "md", "markdown"].includes(extension) ? "plain-text" : null;
}

/** Plain text may begin with a bracket, as in "[1] Introduction". */
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
      : holdsRows(value) || (isOnly && isRecord(value) && !looksLikeRow(value));
  return isObjects
    ? { container: "json", parser: new JsonObjectsParser(rows) }
    : { container: "json-lines", parser: new JsonLinesParser(rows) };
}

/** The value of the first line, or undefined where it is none. */
function parseFirstLine(text: string): unknown {
  const newline = text.indexOf("\n");
  return text === "" ? undefined : parseLine(newline < 0 ? text : text.slice(0, newline));
}

/** True where the first line is a whole list of messages and not the only line: JSON Lines of such lists. */
function isListLine(text: string): boolean {
  const line = parseFirstLine(text);
  return Array.isArray(line) && /\n\s*\[/.test(text);
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
const ROW_FIELDS: ReadonlySet<string> = new Set(["instruction", "output", "prompt", "completion", "text"]);
