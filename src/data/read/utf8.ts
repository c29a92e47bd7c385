import { concatBytes } from "../../lib/bytes";
import type { TextEncoding } from "../../lib/problems/dataset-faults";
import { FileBreakError } from "./file-break-error";
import { guessEncoding } from "./guess-encoding";

/**
 * Converts a text file to UTF-8 without a byte-order mark: from UTF-8, UTF-16 (detected by its mark or by zero bytes),
 * or a named encoding. Pieces end at character boundaries.
 * @throws FileBreakError at the first invalid byte, after yielding everything before it
 */
export async function* utf8Pieces(
  pieces: AsyncIterable<Uint8Array>,
  named?: TextEncoding,
): AsyncGenerator<Uint8Array, void, void> {
  if (named) {
    yield* decodedPieces(pieces, named);
    return;
  }
  let encoding: Encoding | null = null;
  let rest: Uint8Array = new Uint8Array(0);
  let position = 0;
  for await (const piece of pieces) {
    let bytes = rest.length > 0 ? concatBytes([rest, piece]) : piece;
    if (!encoding) {
      if (bytes.length < 4) {
        rest = bytes;
        continue;
      }
      encoding = detectEncoding(bytes);
      bytes = bytes.subarray(encoding.markBytes);
      position = encoding.markBytes;
    }
    const whole = bytes.length - unfinished(bytes, encoding.label);
    yield* textOf(bytes.subarray(0, whole), encoding.label, position);
    position += whole;
    rest = bytes.slice(whole);
  }
  const { label, markBytes } = encoding ?? detectEncoding(rest);
  yield* textOf(encoding ? rest : rest.subarray(markBytes), label, encoding ? position : markBytes);
}

/** Converts text in a named encoding. */
async function* decodedPieces(
  pieces: AsyncIterable<Uint8Array>,
  encoding: TextEncoding,
): AsyncGenerator<Uint8Array, void, void> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let position = 0;
  const decode = (piece?: Uint8Array): Uint8Array => {
    try {
      return new TextEncoder().encode(piece ? decoder.decode(piece, { stream: true }) : decoder.decode());
    } catch {
      throw new FileBreakError({ kind: "not-text", encoding, byte: position + 1, looksLike: null });
    }
  };
  for await (const piece of pieces) {
    yield decode(piece);
    position += piece.length;
  }
  yield decode();
}

type Label = "utf-8" | "utf-16le" | "utf-16be";

interface Encoding {
  readonly label: Label;
  readonly markBytes: number;
}

function detectEncoding(bytes: Uint8Array): Encoding {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { label: "utf-8", markBytes: 3 };
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) {
    throw new FileBreakError({ kind: "utf-32" });
  }
  if (a === 0xff && b === 0xfe) return { label: "utf-16le", markBytes: 2 };
  if (a === 0xfe && b === 0xff) return { label: "utf-16be", markBytes: 2 };
  // JSON starts with two ASCII characters, so zero bytes reveal UTF-16 without a mark.
  if (a && b === 0 && c && d === 0) return { label: "utf-16le", markBytes: 0 };
  if (a === 0 && b && c === 0 && d) return { label: "utf-16be", markBytes: 0 };
  return { label: "utf-8", markBytes: 0 };
}

/** Number of trailing bytes of an incomplete character. */
function unfinished(bytes: Uint8Array, label: Label): number {
  const { length } = bytes;
  if (label === "utf-8") {
    for (let back = 1; back <= Math.min(3, length); back++) {
      const byte = bytes[length - back] ?? 0;
      if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
      if (byte < 0x80) return 0;
    }
    return 0;
  }
  const odd = length % 2;
  const high = bytes[label === "utf-16le" ? length - odd - 1 : length - odd - 2] ?? 0;
  return odd + (high >= 0xd8 && high <= 0xdb ? 2 : 0);
}

/** Converts bytes to UTF-8, yielding the valid part before reporting an invalid byte. */
function* textOf(bytes: Uint8Array, label: Label, position: number): Generator<Uint8Array, void, void> {
  if (bytes.length === 0) return;
  const good = decode(bytes, label) === null ? validPrefixLength(bytes, label) : bytes.length;
  const part = bytes.subarray(0, good);
  if (good > 0) yield label === "utf-8" ? part : new TextEncoder().encode(decode(part, label) ?? "");
  if (good < bytes.length) {
    const looksLike = label === "utf-8" ? guessEncoding(bytes) : null;
    throw new FileBreakError({ kind: "not-text", encoding: label, byte: position + good + 1, looksLike });
  }
}

/** Length of the valid prefix, by bisection. */
function validPrefixLength(bytes: Uint8Array, label: Label): number {
  let good = 0;
  for (let bad = bytes.length; bad - good > 1;) {
    const middle = (good + bad) >> 1;
    if (decode(bytes.subarray(0, middle), label, true) === null) bad = middle;
    else good = middle;
  }
  // The prefix may end with the start of the invalid character.
  while (good > 0 && decode(bytes.subarray(0, good), label) === null) good--;
  return good;
}

/** Decodes text; null if invalid. With `mayGoOn`, it may end inside a character. */
function decode(bytes: Uint8Array, label: Label, mayGoOn = false): string | null {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: mayGoOn });
  } catch {
    return null;
  }
}
