import { diffWords, type DiffWord } from "../../lib/word-diff";
import type { Answer } from "../../store/state";

/**
 * Marks the words in which each answer differs from the leftmost one; with two answers, that one is compared with the
 * second. Null for incomplete answers.
 */
export function markedColumns(answers: readonly (Answer | null)[]): (readonly DiffWord[] | null)[] {
  const [first, ...others] = answers.map((answer) => (answer?.state === "done" ? answer.text : null));
  if (first === undefined || first === null) return answers.map(() => null);
  const pairs = others.map((text) => (text === null ? null : diffWords(first, text)));
  const left = pairs.length === 1 ? (pairs[0]?.before ?? null) : null;
  return [left, ...pairs.map((pair) => pair?.after ?? null)];
}
