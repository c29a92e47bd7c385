/** A word, punctuation mark or run of blanks, and whether the other text lacks it; blanks never differ. */
export interface DiffWord {
  readonly text: string;
  readonly differs: boolean;
}

/** Maximum cells of the LCS table; beyond it, everything between the texts' common ends is marked as different. */
const MAX_CELLS = 4e6;

/** Splits both texts into words, marking those outside their longest common subsequence. */
export function diffWords(before: string, after: string): { before: DiffWord[]; after: DiffWord[] } {
  const [left, right] = [splitWords(before), splitWords(after)];
  const [a, b] = [left.filter(isWord), right.filter(isWord)];
  const common = commonWords(a, b);
  return { before: marked(left, common.before), after: marked(right, common.after) };
}

/** Marks words; `common` is per non-blank word. */
function marked(words: readonly string[], common: readonly boolean[]): DiffWord[] {
  let at = 0;
  return words.map((text) => ({ text, differs: isWord(text) && common[at++] !== true }));
}

/** Which words of each text belong to their longest common subsequence. */
function commonWords(
  a: readonly string[],
  b: readonly string[],
): { readonly before: boolean[]; readonly after: boolean[] } {
  const before = a.map(() => false);
  const after = b.map(() => false);
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) before[start] = after[start++] = true;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) {
    end++;
    before[a.length - end] = after[b.length - end] = true;
  }
  const [rows, width] = [a.length - end - start, b.length - end - start + 1];
  if (rows * width > MAX_CELLS) return { before, after };
  // lengths[i * width + j]: length of the longest common subsequence of what follows a[start + i] and b[start + j].
  const lengths = new Uint16Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = width - 2; j >= 0; j--) {
      lengths[i * width + j] =
        a[start + i] === b[start + j]
          ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0)
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  for (let i = 0, j = 0; i < rows && j < width - 1;) {
    if (a[start + i] === b[start + j]) before[start + i++] = after[start + j++] = true;
    else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return { before, after };
}

function isWord(text: string): boolean {
  return text.trim() !== "";
}

const words = new Intl.Segmenter("en", { granularity: "word" });

/**
 * Words by Unicode's segmentation, which covers scripts without spaces. Chinese and Japanese are split at each
 * character, because dictionary segmentation depends on context.
 */
function splitWords(text: string): string[] {
  return Array.from(words.segment(text), ({ segment }) =>
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(segment) ? [...segment] : [segment],
  ).flat();
}
