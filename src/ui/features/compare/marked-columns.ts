import { diffWords, type DiffWord } from "../../lib/word-diff";
import type { Answer } from "../../store/state";

/** Share of different words from which answers have too little in common for marks to say anything. */
const FOREIGN = 0.75;

/** Whether most words of both are marked. */
function areForeign({ before, after }: ReturnType<typeof diffWords>): boolean {
  const words = [...before, ...after].filter(({ text }) => text.trim() !== "");
  return words.filter(({ differs }) => differs).length > FOREIGN * words.length;
}

/** Whether some answer shares too little with the leftmost one to be marked. */
export function hasForeign(answers: readonly (Answer | null)[]): boolean {
  const [first, ...others] = answers.map((answer) => (answer?.state === "done" ? answer.text : null));
  return others.some((text) => first && text && areForeign(diffWords(first, text)));
}

/**
 * Marks the words in which each answer differs from the leftmost one; with two answers, that one is compared with the
 * second. Null for incomplete answers, and those that share too little.
 */
export function markedColumns(answers: readonly (Answer | null)[]): (readonly DiffWord[] | null)[] {
  const [first, ...others] = answers.map((answer) => (answer?.state === "done" ? answer.text : null));
  if (first === undefined || first === null) return answers.map(() => null);
  const pairs = others.map((text) => {
    const pair = text === null ? null : diffWords(first, text);
    return pair && !areForeign(pair) ? pair : null;
  });
  const left = pairs.length === 1 ? (pairs[0]?.before ?? null) : null;
  return [left, ...pairs.map((pair) => pair?.after ?? null)];
}
