import type { TextEncoding } from "../../../lib/problems/dataset-faults";

const BEFORE = 60;
const AFTER = 400;
const SHOWN = 160;
/** Bytes below this are no part of a longer character in any legacy encoding. */
const ALONE = 0x30;

/** How a file reads in an encoding, around the byte (from 1) that is no UTF-8. */
export async function decodedPreview(file: Blob, encoding: TextEncoding, byte: number): Promise<string> {
  // Characters of UTF-16 begin at even places.
  const start = Math.max(0, byte - 1 - BEFORE) & ~1;
  const bytes = new Uint8Array(await file.slice(start, byte + AFTER).arrayBuffer());
  const isWide = encoding.startsWith("utf-16");
  // The window may begin within a character; behind the first mark or blank it does not.
  const whole = start === 0 || isWide ? 0 : bytes.findIndex((each) => each < ALONE) + 1;
  return new TextDecoder(encoding).decode(bytes.subarray(whole)).slice(0, SHOWN);
}
