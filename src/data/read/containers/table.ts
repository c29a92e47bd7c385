import { FileBreakError } from "../file-break-error";
import { formatOf } from "../formats/registry";
import type { RowCollector } from "../row-collector";
import { CsvCells, guessDelimiter } from "./csv-cells";
import { MAX_ROW_BYTES, MAX_ROW_MB, type RowParser } from "./parser";

/** Characters inspected to guess the delimiter. */
const SNIFF_CHARS = 1 << 16;

/** Options for tables, detected by default. */
export interface TableOptions {
  readonly delimiter?: string;
  /** Whether the first line is a header. */
  readonly headings?: boolean;
}

/** Parses CSV and TSV, with or without a header line. */
export class TableParser implements RowParser {
  readonly #rows: RowCollector;
  readonly #options: TableOptions;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #cells: CsvCells | null = null;
  #start = "";
  #columns: readonly string[] | null = null;

  constructor(rows: RowCollector, options: TableOptions = {}) {
    this.#rows = rows;
    this.#options = options;
  }

  write(piece: Uint8Array): void {
    const text = this.#decoder.decode(piece, { stream: true });
    if (this.#cells) {
      this.#read(this.#cells, text);
      return;
    }
    this.#start += text;
    if (this.#start.length >= SNIFF_CHARS) this.#begin();
  }

  end(): void {
    if (!this.#cells) this.#begin();
    this.#cells?.end();
  }

  /** Determines the delimiter: Excel writes it as a separate first line. */
  #begin(): void {
    const [line = "", named] = /^sep=(.)\r?\n/i.exec(this.#start) ?? [];
    const text = this.#start.slice(line.length);
    const delimiter = named ?? this.#options.delimiter ?? guessDelimiter(text.slice(0, SNIFF_CHARS));
    this.#cells = new CsvCells(delimiter, (cells) => this.#add(cells));
    this.#start = "";
    this.#read(this.#cells, text);
  }

  #read(cells: CsvCells, text: string): void {
    cells.write(text);
    if (cells.heldChars <= MAX_ROW_BYTES) return;
    throw new FileBreakError({
      kind: "row-too-long",
      row: this.#rows.valueCount + 1,
      maxMegabytes: MAX_ROW_MB,
    });
  }

  #add(cells: readonly string[]): void {
    if (this.#columns) {
      this.#addRow(cells, this.#columns);
      return;
    }
    const names = columnNames(cells);
    if (this.#options.headings ?? isHeading(names)) {
      this.#columns = names;
      return;
    }
    this.#columns = cells.map((_, index) => String(index + 1));
    this.#addRow(cells, this.#columns);
  }

  #addRow(cells: readonly string[], columns: readonly string[]): void {
    // Spreadsheets write rows that were cleared.
    if (cells.every((cell) => cell === "")) return;
    // Some programs add a trailing delimiter.
    const extra = cells.slice(columns.length).some((cell) => cell !== "");
    if (extra) this.#rows.reject({ kind: "too-many-cells", cells: cells.length, columns: columns.length });
    else this.#rows.add(Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ""])));
  }
}

/** Header names, in lower case if only that matches a known format. */
function columnNames(cells: readonly string[]): readonly string[] {
  const names = cells.map((cell) => cell.trim());
  const small = names.map((name) => name.toLowerCase());
  const fits = (some: readonly string[]): boolean =>
    formatOf(Object.fromEntries(some.map((name) => [name, ""]))) !== null;
  return !fits(names) && fits(small) ? small : names;
}

/** Maximum length of a column name. */
const MAX_NAME = 64;

/** Whether the cells look like a header: distinct short words, neither texts nor numbers. */
function isHeading(names: readonly string[]): boolean {
  if (formatOf(Object.fromEntries(names.map((name) => [name, ""]))) !== null) return true;
  const isName = (name: string): boolean => name.length <= MAX_NAME && !/^[\d.,+-]*$/.test(name);
  // pandas writes an index column without a name.
  const named = names[0] === "" ? names.slice(1) : names;
  return named.length > 0 && named.every(isName) && new Set(names).size === names.length;
}
