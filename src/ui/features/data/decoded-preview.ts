import type { TextEncoding } from "../../../lib/problems/dataset-faults";

const BEFORE = 40;
const AFTER = 400;
const SHOWN = 160;

/** How a file reads in an encoding, around the byte (from 1) that is no UTF-8. */
export async function decodedPreview(file: Blob, encoding: TextEncoding, byte: number): Promise<string> {
  const odd = byte - 1;
  // Whatever comes before is plain ASCII or was UTF-8; characters of two bytes begin at even places.
  const start = Math.max(0, odd - BEFORE) & ~1;
  const bytes = new Uint8Array(await file.slice(start, odd + AFTER).arrayBuffer());
  const isWide = encoding.startsWith("utf-16");
  const split = isWide ? 0 : odd - start;
  const before = new TextDecoder("ascii").decode(bytes.subarray(0, split));
  const text = before + new TextDecoder(encoding).decode(bytes.subarray(split));
  return text.slice(0, SHOWN);
}
