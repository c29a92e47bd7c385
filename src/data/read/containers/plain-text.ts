import type { TextCut } from "../../../shared/data";
import type { RowCollector } from "../row-collector";
import type { RowParser } from "./parser";

/** Longer texts are split over several rows to bound memory. */
const MAX_CHARS = 1 << 20;

/** Document separators: an end-of-text marker, a form feed, or a rule between blank lines. */
const BETWEEN_DOCUMENTS =
  /\n?(?:<\|endoftext\|>|\f)\n?|\n[ \t]*\n[ \t]*(?:-{3,}|\*{3,}|_{3,}|={3,})[ \t]*\n(?:[ \t]*\n)*/;
const BLANK_LINES = /\n[ \t]*\n\s*/;

const separators: Readonly<Record<TextCut, RegExp | null>> = {
  whole: null,
  document: BETWEEN_DOCUMENTS,
  "blank-line": BLANK_LINES,
};

/** Parses plain text and Markdown into text rows, split at the chosen separator. */
export class PlainTextParser implements RowParser {
  readonly #rows: RowCollector;
  readonly #separator: RegExp | null;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #text = "";
  /** A carriage return at the end of the last piece. */
  #held = "";

  constructor(rows: RowCollector, cut: TextCut) {
    this.#rows = rows;
    this.#separator = separators[cut];
  }

  write(piece: Uint8Array): void {
    const decoded = this.#held + this.#decoder.decode(piece, { stream: true });
    this.#held = decoded.endsWith("\r") ? "\r" : "";
    const whole = this.#held ? decoded.slice(0, -1) : decoded;
    this.#text += whole.replace(/\r\n?/g, "\n");
    if (this.#text.length <= MAX_CHARS) return;
    this.#cutDocuments();
    while (this.#text.length > MAX_CHARS) {
      const end = lineEnd(this.#text.slice(0, MAX_CHARS));
      this.#rows.addText(this.#text.slice(0, end), true);
      this.#text = this.#text.slice(end);
    }
  }

  end(): void {
    this.#text += this.#held ? "\n" : "";
    this.#cutDocuments();
    this.#addDocument(this.#text);
  }

  /** Emits all documents but the last, which may continue. */
  #cutDocuments(): void {
    if (!this.#separator) return;
    const parts = this.#text.split(this.#separator);
    this.#text = parts.pop() ?? "";
    for (const part of parts) this.#addDocument(part);
  }

  #addDocument(text: string): void {
    const isPart = this.#separator !== null;
    const shown = isPart ? text.replace(/^\n+|\n+$/g, "") : text;
    if (shown.trim() !== "" || this.#rows.textGoesOn) this.#rows.addText(shown, false);
  }
}

/** Split offset: after the last line break or space, but not inside a surrogate pair. */
function lineEnd(text: string): number {
  const line = text.lastIndexOf("\n") + 1;
  if (line > 0) return line;
  const blank = text.lastIndexOf(" ");
  if (blank > 0) return blank;
  return /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
}
