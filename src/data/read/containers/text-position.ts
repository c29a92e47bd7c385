import type { TextPlace } from "../../../lib/problems/dataset-faults";

/** Tracks line and column (in characters) in streamed UTF-8 text. */
export class TextPosition {
  #line = 1;
  #column = 1;

  /** An independent copy. */
  copy(): TextPosition {
    const copy = new TextPosition();
    copy.#line = this.#line;
    copy.#column = this.#column;
    return copy;
  }

  /** Advances past a piece. */
  advance(bytes: Uint8Array): void {
    const { line, column } = this.locate(bytes, bytes.length);
    this.#line = line;
    this.#column = column;
  }

  /** Position of byte `index` of the next piece, or of its start if the index is negative. */
  locate(bytes: Uint8Array, index: number): TextPlace {
    const end = Math.min(Math.max(index, 0), bytes.length);
    let line = this.#line;
    let column = this.#column;
    let start = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < end; at = bytes.indexOf(NEWLINE, start)) {
      line++;
      column = 1;
      start = at + 1;
    }
    for (let i = start; i < end; i++) if (!isContinuation(bytes[i] ?? 0)) column++;
    return { line, column };
  }
}

const NEWLINE = 0x0a;

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
