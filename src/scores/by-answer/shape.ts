import type { AnswerScore } from "../score";

/** Tokens of the answer. */
export const length: AnswerScore = ({ ids }) => ids.length;

/** Whether the model ended its answer with an end token. */
export const ended: AnswerScore = ({ finish }) => Number(finish === "end-token");

const NGRAM = 4;

/** Fraction of the answer's token 4-grams that occurred earlier in it (seq-rep-4, Welleck et al. 2019). */
export const repetition: AnswerScore = ({ ids }) => {
  const count = ids.length - NGRAM + 1;
  if (count < 1) return 0;
  const different = new Set(Array.from({ length: count }, (_, at) => ids.slice(at, at + NGRAM).join()));
  return 1 - different.size / count;
};
