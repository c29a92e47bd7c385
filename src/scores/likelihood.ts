import type { ScoreValues } from "../shared/scores";

/** Scores of an expected answer by the probabilities of its tokens; none for an answer without tokens. */
export function likelihoodScores(logProbabilities: readonly number[], right: number): ScoreValues {
  const { length } = logProbabilities;
  if (length === 0) return {};
  const loss = -logProbabilities.reduce((sum, value) => sum + value, 0) / length;
  return { loss, perplexity: Math.exp(loss), tokenAccuracy: right / length };
}

/**
 * Multiple choice as in lm-evaluation-harness: acc picks the choice with the highest log-likelihood, acc_norm the one
 * with the highest per character. Ties go to the first.
 * @param expected index of the right choice
 */
export function choiceScores(
  logLikelihoods: readonly number[],
  choices: readonly string[],
  expected: number,
): ScoreValues {
  const perCharacter = logLikelihoods.map((value, index) => value / [...(choices[index] ?? "")].length);
  return {
    acc: Number(indexOfLargest(logLikelihoods) === expected),
    accNorm: Number(indexOfLargest(perCharacter) === expected),
  };
}

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? -Infinity) ? index : best), 0);
}
