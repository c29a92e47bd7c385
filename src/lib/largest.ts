/** Bits of the key counted per pass. */
const HALF = 16;

/**
 * Top-k over all parts together: returns 1 for each of the `count` largest non-negative scores, preferring earlier ones
 * among ties. A two-pass radix select rather than a sort, since there may be as many scores as model weights.
 */
export function markLargest(scores: readonly Float32Array<ArrayBuffer>[], count: number): Uint8Array[] {
  // Bit patterns of non-negative floats are ordered like their values.
  const words = scores.map((part) => new Uint32Array(part.buffer, part.byteOffset, part.length));
  const high = threshold(words, count, (word) => word >>> HALF);
  const rest = threshold(words, high.missing, (word) =>
    word >>> HALF === high.value ? word & 0xffff : null,
  );
  const least = ((high.value << HALF) | rest.value) >>> 0;
  let ties = rest.missing;
  return words.map((part) =>
    Uint8Array.from(part, (word) => (word > least || (word === least && ties-- > 0) ? 1 : 0)),
  );
}

/** The key of the `count`-th largest word, and how many words with that key are among the `count` largest. */
function threshold(
  words: readonly Uint32Array[],
  count: number,
  key: (word: number) => number | null,
): { value: number; missing: number } {
  const counts = new Float64Array(2 ** HALF);
  for (const part of words) {
    for (const word of part) {
      const place = key(word);
      if (place !== null) counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  let missing = count;
  for (let value = counts.length - 1; value > 0; value--) {
    const here = counts[value] ?? 0;
    if (missing <= here) return { value, missing };
    missing -= here;
  }
  return { value: 0, missing };
}
