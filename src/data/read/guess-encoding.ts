import type { TextEncoding } from "../../lib/problems/dataset-faults";

/** Bytes that are looked at. */
const SAMPLE_BYTES = 1 << 14;

/**
 * The legacy encoding that bytes which are no UTF-8 are most likely in, or null when none is likely. Most bytes are valid in
 * several encodings; what tells is whether they make the letters that texts in an encoding are made of.
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
  // Both give Chinese characters; the frequent ones lie in other rows of bytes.
  if (isLikely("gb18030", han, 0.9) && shareOfLeads(sample, 0xb0, 0xd7) >= 0.6) return "gb18030";
  if (isLikely("big5", han, 0.9) && shareOfLeads(sample, 0xa4, 0xc6) >= 0.6) return "big5";
  // Letters beyond ASCII stand alone in western words, and make up whole words in Russian.
  if (isLikely("windows-1251", /[а-яё]/, 0.7) && shareInRuns(sample) >= 0.6) return "windows-1251";
  if (isLikely("windows-1252", /[à-öø-ÿß’“”–…°§]/, 0.7) && shareInRuns(sample) < 0.4) return "windows-1252";
  return isLikely("gb18030", han, 0.9) ? "gb18030" : null;
}

/** The first byte beyond ASCII that begins a character: behind a blank, a quote or another mark. */
function firstForeign(bytes: Uint8Array): number {
  const found = bytes.findIndex((byte, at) => byte >= 0x80 && (at === 0 || (bytes[at - 1] ?? 0) < 0x30));
  return Math.max(0, found);
}

/** The sample, which may end within a character, or null when it is no such text. */
function decoded(sample: Uint8Array, encoding: TextEncoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true });
  } catch {
    return null;
  }
}

/** Of the pairs of bytes beyond ASCII, how many begin with a byte of this range. */
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

/** Of the bytes beyond ASCII, how many have another one beside them. */
function shareInRuns(sample: Uint8Array): number {
  const isHigh = (at: number): boolean => (sample[at] ?? 0) >= 0x80;
  const high = Array.from(sample.keys()).filter(isHigh);
  return high.filter((at) => isHigh(at - 1) || isHigh(at + 1)).length / Math.max(1, high.length);
}
