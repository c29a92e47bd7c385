import type {
  FileBreak,
  JsonBreak,
  JsonFault,
  JsonKind,
  RowFault,
  TextEncoding,
} from "../../../lib/problems/dataset-faults";
import { format } from "./format";

/* Faults of a dataset's file or of one of its rows. */

const kinds: Readonly<Record<JsonKind, string>> = {
  null: "null",
  list: "a list",
  object: "an object",
  text: "a text",
  number: "a number",
  boolean: "a boolean",
};

const expected: Readonly<Record<(JsonFault & { kind: "expected" })["what"], string>> = {
  value: "a value",
  "field-name": "a field name in quotes",
  colon: "a colon after the field name",
  comma: "a comma or a closing bracket",
  "file-end": "the end of the file",
};

export const encodingNames: Readonly<Record<"utf-8" | TextEncoding, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16",
  "utf-16be": "UTF-16",
  gb18030: "GB18030",
  big5: "Big5",
  shift_jis: "Shift-JIS",
  "euc-kr": "EUC-KR",
  "windows-1251": "Windows-1251",
  "windows-1252": "Windows-1252",
};

function jsonFault(fault: JsonFault): string {
  switch (fault.kind) {
    case "ends-early":
      return "the text is incomplete";
    case "raw-control-character":
      return "a string contains an unescaped line break or control character";
    case "wrong-escape":
      return "a string contains an invalid escape sequence";
    case "too-deep":
      return `lists and objects are nested more than ${fault.maxDepth} deep`;
    case "unexpected":
      return `${JSON.stringify(fault.character)} was not expected here`;
    case "expected":
      return `${expected[fault.what]} was expected here`;
  }
}

function lineBreak({ place, fault }: JsonBreak): string {
  return `column ${place.column}, ${jsonFault(fault)}`;
}

/** Continues a sentence that starts with "Row 3". */
export function rowFault(fault: RowFault): string {
  switch (fault.kind) {
    case "not-an-object":
      return `is ${kinds[fault.found]}, not an object`;
    case "no-field":
      return `has no "${fault.field}"`;
    case "not-text":
      return `has ${kinds[fault.found]} as "${fault.field}", not text`;
    case "nul":
      return `has a NUL character in "${fault.field}"`;
    case "half-character":
      return `has half a character (a lone surrogate) in "${fault.field}"`;
    case "history-form":
      return 'has a "history" that is not a list of [question, answer]';
    case "not-a-list":
      return `has ${kinds[fault.found]} as "${fault.field}", not a list`;
    case "unread-list":
      return `has a "${fault.field}" that begins like a list but is neither JSON nor a Python literal; in Python, write it with json.dumps`;
    case "turn-form":
      return `has a turn ${fault.turn} in "${fault.field}" that is not an object with role and content, or from and value`;
    case "unknown-role":
      return `has a turn ${fault.turn} with the unknown role ${JSON.stringify(fault.role)}`;
    case "turn-not-text":
      return `has a turn ${fault.turn} that is not text but ${fault.found}`;
    case "call-form":
      return `has a tool call in turn ${fault.turn} without a name and arguments`;
    case "no-answer":
      return "has no assistant answer";
    case "sides-differ":
      return "has text as one answer and a list as the other";
    case "too-many-cells":
      return `has ${fault.cells} cells for ${fault.columns} columns`;
    case "broken-off":
      return `${fileBreak(fault.at)}. The good rows before that were kept`;
    case "line-too-long":
      return `is a line of more than ${fault.maxMegabytes} MB`;
    case "not-json":
      return `is not valid JSON: line ${fault.line}${fault.at ? `, ${lineBreak(fault.at)}` : ""}`;
  }
}

const archiveFaults: Readonly<Record<Extract<FileBreak, { kind: "archive" }>["fault"], string>> = {
  "no-directory": "it has no directory",
  "directory-cut": "its directory is incomplete",
  encrypted: "it is encrypted",
  cut: "it is truncated",
};

/** Continues a sentence that starts with the file's name. */
export function fileBreak(at: FileBreak): string {
  switch (at.kind) {
    case "json":
      return `breaks off at line ${at.place.line}, column ${at.place.column}: ${jsonFault(at.fault)}`;
    case "columns-too-large":
      return `holds a table by columns in more than ${at.maxMegabytes} MB of JSON, which cannot be read in pieces; write it by rows (in pandas: df.to_json(path, orient="records", lines=True))`;
    case "page-too-large":
      return `has a page of more than ${at.maxMegabytes} MB; write it with smaller pages (in pyarrow: data_page_size)`;
    case "row-too-long":
      return `has a row ${at.row} of more than ${at.maxMegabytes} MB`;
    case "not-text": {
      const looks = at.looksLike ? `; it looks like ${encodingNames[at.looksLike]}` : "";
      return `is not valid ${encodingNames[at.encoding]} text from byte ${at.byte} on${looks}`;
    }
    case "utf-32":
      return "is UTF-32 text, which is not supported";
    case "no-rows":
      return "is a single JSON object that contains no list of rows";
    case "archive":
      return `is damaged (${archiveFaults[at.fault]})`;
    case "archive-method":
      return `uses compression method ${at.method}; only deflate is supported`;
    case "damaged":
      return `is damaged (${at.reason})`;
  }
}

/** Reports an incomplete file and the rows that were kept. */
export function brokenFile(at: FileBreak, goodRows: number): string {
  return `The file ${fileBreak(at)}. The ${format.integer(goodRows)} good rows before that were kept.`;
}
