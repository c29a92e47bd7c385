import { pythonWords } from "../../lib/python-text";
import type { AnswerScore } from "../score";

const ORDERS = [1, 2, 3, 4, 5, 6];
/** Recall counts beta² times as much as precision. */
const BETA = 2;

/** Character n-gram F-score (Popović 2015), 0 to 100, equal to sacrebleu's sentence-level chrF2. */
export const chrf: AnswerScore = ({ answer, expected }) => {
  const [given, wanted] = [charactersOf(answer), charactersOf(expected)];
  let [precision, recall, orders] = [0, 0, 0];
  for (const n of ORDERS) {
    const [found, references] = [countNgrams(given, n), countNgrams(wanted, n)];
    const [foundCount, referenceCount] = [total(found), total(references)];
    // As in sacrebleu, skip orders for which one of the texts is too short.
    if (foundCount === 0 || referenceCount === 0) continue;
    let matches = 0;
    for (const [ngram, count] of found) matches += Math.min(count, references.get(ngram) ?? 0);
    precision += matches / foundCount;
    recall += matches / referenceCount;
    orders++;
  }
  if (orders === 0 || precision + recall === 0) return 0;
  const [p, r] = [precision / orders, recall / orders];
  return (100 * (1 + BETA ** 2) * p * r) / (BETA ** 2 * p + r);
};

/** Code points without white space. */
function charactersOf(text: string): string[] {
  return [...pythonWords(text).join("")];
}

function countNgrams(characters: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= characters.length; start++) {
    const ngram = characters.slice(start, start + n).join("");
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
