import type { AnswerScore } from "../score";

/**
 * F-score of the longest common subsequence of words (Lin 2004), 0 to 1, equal to rouge-score's rougeL without
 * stemming. As there, words are runs of a–z and 0–9, which excludes other scripts: null if the expected answer has no
 * such word.
 */
export const rougeL: AnswerScore = ({ answer, expected }) => {
  const [given, wanted] = [wordsOf(answer), wordsOf(expected)];
  if (wanted.length === 0) return null;
  const common = longestCommon(given, wanted);
  if (common === 0) return 0;
  const [precision, recall] = [common / given.length, common / wanted.length];
  return (2 * precision * recall) / (precision + recall);
};

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

/** Length of the longest common subsequence. */
function longestCommon(one: readonly string[], other: readonly string[]): number {
  let before = new Uint32Array(other.length + 1);
  for (const word of one) {
    const now = new Uint32Array(other.length + 1);
    other.forEach((candidate, at) => {
      now[at + 1] = word === candidate ? (before[at] ?? 0) + 1 : Math.max(before[at + 1] ?? 0, now[at] ?? 0);
    });
    before = now;
  }
  return before.at(-1) ?? 0;
}
