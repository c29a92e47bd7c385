/** What comes next in a line of cells. */
type State = "cell-start" | "plain" | "quoted" | "quote-in-quoted";

/**
 * Cells of a table in text, as RFC 4180 has them: a cell in quotes may hold delimiters and line ends, and a quote twice. A
 * quote within a cell that does not begin with one is a quote. Lines without anything in them are left out.
 */
export class CsvCells {
  readonly #delimiter: string;
  readonly #onRow: (cells: readonly string[]) => void;
  #state: State = "cell-start";
  #cells: string[] = [];
  #cell = "";
  #heldChars = 0;
  #hasQuote = false;
  /** A line ended with a carriage return, and the line feed after it may be in the next piece. */
  #afterReturn = false;

  constructor(delimiter: string, onRow: (cells: readonly string[]) => void) {
    this.#delimiter = delimiter;
    this.#onRow = onRow;
  }

  /** Characters of the row that is not complete. */
  get heldChars(): number {
    return this.#heldChars;
  }

  write(text: string): void {
    let at = 0;
    while (at < text.length) at = this.#step(text, at);
  }

  /** Ends the last line. */
  end(): void {
    if (this.#state !== "cell-start" || this.#cells.length > 0 || this.#hasQuote) this.#endRow();
  }

  /** Reads on from a place; tells the next. */
  #step(text: string, at: number): number {
    const character = text.charAt(at);
    if (this.#afterReturn) {
      this.#afterReturn = false;
      if (character === "\n") return at + 1;
    }
    if (this.#state === "quoted") return this.#quoted(text, at);
    if (this.#state === "quote-in-quoted" && character === '"') {
      this.#take('"');
      this.#state = "quoted";
      return at + 1;
    }
    if (character === this.#delimiter) {
      this.#endCell();
      return at + 1;
    }
    if (character === "\n" || character === "\r") {
      this.#afterReturn = character === "\r";
      this.#endRow();
      return at + 1;
    }
    if (character === '"' && this.#state === "cell-start") {
      this.#hasQuote = true;
      this.#state = "quoted";
      return at + 1;
    }
    this.#state = "plain";
    const end = this.#plainEnd(text, at + 1);
    this.#take(text.slice(at, end));
    return end;
  }

  #quoted(text: string, at: number): number {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    this.#take(text.slice(at, end));
    if (quote >= 0) this.#state = "quote-in-quoted";
    return quote < 0 ? end : end + 1;
  }

  #plainEnd(text: string, from: number): number {
    let end = from;
    while (end < text.length) {
      const character = text.charAt(end);
      if (character === this.#delimiter || character === "\n" || character === "\r") break;
      end++;
    }
    return end;
  }

  #take(part: string): void {
    this.#cell += part;
    this.#heldChars += part.length;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = "";
    this.#state = "cell-start";
  }

  #endRow(): void {
    const isBlank = this.#state === "cell-start" && this.#cells.length === 0 && !this.#hasQuote;
    this.#endCell();
    const cells = this.#cells;
    this.#cells = [];
    this.#heldChars = 0;
    this.#hasQuote = false;
    if (!isBlank) this.#onRow(cells);
  }
}

const DELIMITERS = [",", ";", "\t", "|"] as const;
/** Rows that are looked at. */
const GUESS_ROWS = 20;

/** The delimiter that cuts most rows into one number of cells, more than one. */
export function guessDelimiter(start: string): string {
  let best: { readonly delimiter: string; readonly score: number } = { delimiter: ",", score: 0 };
  for (const delimiter of DELIMITERS) {
    const counts: number[] = [];
    const cells = new CsvCells(delimiter, (row) => counts.push(row.length));
    cells.write(start);
    cells.end();
    const [first = 1] = counts;
    const rows = counts.slice(0, GUESS_ROWS);
    const agree = rows.filter((count) => count === first).length / Math.max(1, rows.length);
    const score = first > 1 ? agree * 100 + first : 0;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}
