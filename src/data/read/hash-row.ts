import { type Row, textsOf } from "../../shared/rows";

/**
 * 53-bit hash of a row's texts, for duplicates; with a million rows, the chance of any collision is about 1 in 10,000.
 */
export function hashRow(row: Row): number {
  return hashTexts(textsOf(row));
}

/** A hash that ignores case, character width and whitespace. */
export function hashNormalised(row: Row): number {
  return hashTexts(
    textsOf(row).map((text) => text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim()),
  );
}

function hashTexts(texts: readonly string[]): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const text of texts) {
    for (let i = 0; i <= text.length; i++) {
      // Includes a terminator, so that ["ab", "c"] and ["a", "bc"] differ.
      const unit = i < text.length ? text.charCodeAt(i) : 0x10000;
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (low >>> 0) + (high & 0x1fffff) * 2 ** 32;
}
