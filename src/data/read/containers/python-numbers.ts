import { concatBytes } from "../../../lib/bytes";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/** Python's names of non-finite numbers, which are not valid JSON. */
const WORDS = ["NaN", "Infinity"].map((word) => new TextEncoder().encode(word));

/** Input with NaN and ±Infinity replaced by null. */
export interface MendedPiece {
  /** The original bytes; the end of a piece may be held back. */
  readonly original: Uint8Array;
  readonly mended: Uint8Array;
  /** Maps an offset in `mended` to `original`. */
  originalOffset(mendedOffset: number): number;
}

/**
 * Replaces NaN and ±Infinity, which Python writes for missing values, by null outside strings. Offsets can be mapped
 * back, as lengths differ.
 */
export class PythonNumbers {
  #held: Uint8Array = new Uint8Array(0);
  #inText = false;
  #isEscaped = false;

  /** Processes a piece, holding back a possible partial match at its end. */
  mend(piece: Uint8Array): MendedPiece {
    const bytes = this.#held.length > 0 ? concatBytes([this.#held, piece]) : piece;
    this.#held = new Uint8Array(0);
    return this.#mend(bytes, false);
  }

  /** Flushes what was held back. */
  end(): MendedPiece {
    const bytes = this.#held;
    this.#held = new Uint8Array(0);
    return this.#mend(bytes, true);
  }

  #mend(bytes: Uint8Array, isLast: boolean): MendedPiece {
    const parts: Uint8Array[] = [];
    const edits: { at: number; grown: number }[] = [];
    let done = 0;
    let length = 0;
    let at = 0;
    let end = bytes.length;
    while (at < end) {
      if (this.#inText) {
        at = this.#skipText(bytes, at);
        continue;
      }
      const quote = bytes.indexOf(QUOTE, at);
      const stop = quote < 0 ? end : quote;
      for (; at < stop; at++) {
        const word = wordAt(bytes, at);
        if (word === null) continue;
        if (word === "maybe") {
          if (isLast) continue;
          this.#held = bytes.slice(at);
          end = at;
          break;
        }
        const replaced = "null".padEnd(word, " ");
        parts.push(bytes.subarray(done, at), new TextEncoder().encode(replaced));
        length += at - done + replaced.length;
        edits.push({ at: length, grown: replaced.length - word });
        at += word - 1;
        done = at + 1;
      }
      if (at === quote) {
        this.#inText = true;
        at++;
      }
    }
    const original = bytes.subarray(0, end);
    if (edits.length === 0) return { original, mended: original, originalOffset: (offset) => offset };
    parts.push(bytes.subarray(done, end));
    return {
      original,
      mended: concatBytes(parts),
      originalOffset: (offset) =>
        edits.reduce((place, edit) => (edit.at <= offset ? place - edit.grown : place), offset),
    };
  }

  /** Offset after the end of the string, or of the piece. */
  #skipText(bytes: Uint8Array, start: number): number {
    let from = start;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      from++;
    }
    for (let quote = bytes.indexOf(QUOTE, from); ; quote = bytes.indexOf(QUOTE, quote + 1)) {
      const end = quote < 0 ? bytes.length : quote;
      let backslashes = 0;
      while (end - 1 - backslashes >= from && bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
      const isEscaped = backslashes % 2 === 1;
      if (quote < 0) {
        this.#isEscaped = isEscaped;
        return bytes.length;
      }
      if (!isEscaped) {
        this.#inText = false;
        return quote + 1;
      }
    }
  }
}

/** Length of the word at `at`: null if there is none, "maybe" if truncated. */
function wordAt(bytes: Uint8Array, at: number): number | null | "maybe" {
  const minus = bytes[at] === MINUS ? 1 : 0;
  const first = bytes[at + minus];
  if (minus === 1 && first === undefined) return "maybe";
  if (first !== 0x4e && first !== 0x49) return null;
  for (const word of WORDS) {
    const found = bytes.subarray(at + minus, at + minus + word.length);
    if (!found.every((byte, index) => byte === word[index])) continue;
    return found.length === word.length ? minus + word.length : "maybe";
  }
  return null;
}
