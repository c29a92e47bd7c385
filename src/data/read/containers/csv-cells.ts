/** Parser state. */
type State = "cell-start" | "plain" | "quoted" | "quote-in-quoted";

/**
 * Incremental CSV parser (RFC 4180): quoted cells may contain delimiters, line breaks and doubled quotes. Quotes inside
 * an unquoted cell are literal. Empty lines are skipped.
 */
export class CsvCells {
  readonly #delimiter: string;
  readonly #onRow: (cells: readonly string[]) => void;
  #state: State = "cell-start";
  #cells: string[] = [];
  #cell = "";
  #heldChars = 0;
  #hasQuote = false;
  /** The last line ended with CR; a following LF belongs to it. */
  #afterReturn = false;

  constructor(delimiter: string, onRow: (cells: readonly string[]) => void) {
    this.#delimiter = delimiter;
    this.#onRow = onRow;
  }

  /** Size of the incomplete row. */
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

  /** Processes input from `at`; returns the next offset. */
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
/** Number of rows inspected. */
const GUESS_ROWS = 20;

/** Guesses the delimiter that gives most rows the same number of cells, at least two. */
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
