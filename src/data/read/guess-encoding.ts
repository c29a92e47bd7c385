import type { TextEncoding } from "../../lib/problems/dataset-faults";

/** Number of bytes inspected. */
const SAMPLE_BYTES = 1 << 14;

/**
 * Guesses the legacy encoding of bytes that are not UTF-8; null if none is likely. Most byte sequences are valid in
 * several encodings, so the decision rests on whether they decode to letters typical of each.
 */
export function guessEncoding(bytes: Uint8Array): TextEncoding | null {
  const start = firstForeign(bytes);
  const sample = bytes.subarray(start, start + SAMPLE_BYTES);
  const isLikely = (encoding: TextEncoding, typical: RegExp, share: number): boolean => {
    const text = decoded(sample, encoding);
    const foreign = Array.from(text ?? "").filter((character) => character > "\u007f");
    const hits = foreign.filter((character) => typical.test(character)).length;
    return foreign.length > 0 && hits >= share * foreign.length;
  };
  if (isLikely("shift_jis", /[\u3040-\u30ff]/, 0.25)) return "shift_jis";
  if (isLikely("euc-kr", /\p{Script=Hangul}/u, 0.6)) return "euc-kr";
  const han = /\p{Script=Han}|[，。！？：；“”「」、（）]/u;
  // Both decode to Chinese characters, but frequent ones have different lead bytes.
  if (isLikely("gb18030", han, 0.9) && shareOfLeads(sample, 0xb0, 0xd7) >= 0.6) return "gb18030";
  if (isLikely("big5", han, 0.9) && shareOfLeads(sample, 0xa4, 0xc6) >= 0.6) return "big5";
  // Non-ASCII letters are isolated in Western words and contiguous in Russian ones.
  if (isLikely("windows-1251", /[а-яё]/, 0.7) && shareInRuns(sample) >= 0.6) return "windows-1251";
  if (isLikely("windows-1252", /[à-öø-ÿß’“”–…°§]/, 0.7) && shareInRuns(sample) < 0.4) return "windows-1252";
  return isLikely("gb18030", han, 0.9) ? "gb18030" : null;
}

/** Index of the first non-ASCII byte at the start of a word. */
function firstForeign(bytes: Uint8Array): number {
  const found = bytes.findIndex((byte, at) => byte >= 0x80 && (at === 0 || (bytes[at - 1] ?? 0) < 0x30));
  return Math.max(0, found);
}

/** Decodes the sample, which may end inside a character; null if invalid. */
function decoded(sample: Uint8Array, encoding: TextEncoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true });
  } catch {
    return null;
  }
}

/** Fraction of two-byte characters whose lead byte is in this range. */
function shareOfLeads(sample: Uint8Array, first: number, last: number): number {
  let pairs = 0;
  let found = 0;
  for (let at = 0; at < sample.length; at++) {
    const byte = sample[at] ?? 0;
    if (byte < 0x80) continue;
    pairs++;
    if (byte >= first && byte <= last) found++;
    at++;
  }
  return pairs === 0 ? 0 : found / pairs;
}

/** Fraction of non-ASCII bytes adjacent to another one. */
function shareInRuns(sample: Uint8Array): number {
  const isHigh = (at: number): boolean => (sample[at] ?? 0) >= 0x80;
  const high = Array.from(sample.keys()).filter(isHigh);
  return high.filter((at) => isHigh(at - 1) || isHigh(at + 1)).length / Math.max(1, high.length);
}
