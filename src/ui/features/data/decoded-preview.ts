import type { TextEncoding } from "../../../lib/problems/dataset-faults";

const BEFORE = 60;
const AFTER = 400;
const PREVIEW_CHARS = 160;
/** Lower bytes are never part of a multi-byte character in any legacy encoding. */
const MIN_TRAIL_BYTE = 0x30;

/** Decodes a file around its first byte (from 1) that is not valid UTF-8. */
export async function decodedPreview(file: Blob, encoding: TextEncoding, byte: number): Promise<string> {
  // UTF-16 code units start at even offsets.
  const start = Math.max(0, byte - 1 - BEFORE) & ~1;
  const bytes = new Uint8Array(await file.slice(start, byte + AFTER).arrayBuffer());
  const isWide = encoding.startsWith("utf-16");
  // The window may start within a character; it is in sync after the first punctuation mark or space.
  const whole = start === 0 || isWide ? 0 : bytes.findIndex((each) => each < MIN_TRAIL_BYTE) + 1;
  return new TextDecoder(encoding).decode(bytes.subarray(whole)).slice(0, PREVIEW_CHARS);
}
