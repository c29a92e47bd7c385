/** A word with its trailing whitespace, and whether the other text lacks it. */
export interface DiffWord {
  readonly text: string;
  readonly differs: boolean;
}

/** Splits both texts into words, marking those outside their longest common subsequence. */
export function diffWords(before: string, after: string): { before: DiffWord[]; after: DiffWord[] } {
  const a = splitWords(before);
  const b = splitWords(after);
  const keyA = a.map((word) => word.trim());
  const keyB = b.map((word) => word.trim());
  const width = b.length + 1;
  // lengths[i * width + j]: length of the LCS of a[i..] and b[j..].
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const skip = Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
      lengths[i * width + j] = keyA[i] === keyB[j] ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0) : skip;
    }
  }
  const result = { before: mark(a), after: mark(b) };
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const here = lengths[i * width + j] ?? 0;
    if (keyA[i] === keyB[j]) {
      result.before[i] = { text: a[i] ?? "", differs: false };
      result.after[j] = { text: b[j] ?? "", differs: false };
      i++;
      j++;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= here) i++;
    else j++;
  }
  return result;
}

function mark(words: readonly string[]): DiffWord[] {
  return words.map((text) => ({ text, differs: true }));
}

/** Splits after whitespace; Chinese and Japanese, which have none, are split at each character. */
function splitWords(text: string): string[] {
  return (
    text.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\s*|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+\s*|^\s+/gu,
    ) ?? []
  );
}
