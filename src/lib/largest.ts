/** Bits of a float that each of the two passes counts by. */
const HALF = 16;

/**
 * Marks the `count` largest of all scores together, of which none is negative: 1 where a score is among them. Of equal ones
 * the first are taken. Reads the scores twice and sorts nothing, for there may be as many as a model has weights.
 */
export function markLargest(scores: readonly Float32Array<ArrayBuffer>[], count: number): Uint8Array[] {
  // As bits, floats that are not negative are in the order of their values.
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

/** The largest key below which `count` words do not reach, and how many words of that key are then still missing. */
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
