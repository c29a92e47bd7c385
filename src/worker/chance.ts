import type { RunHistory } from "../shared/run-history";

/** Steps whose mean loss counts as that of the end. */
const LAST_STEPS = 10;

/** A share of the loss of guessing from which on nothing was learned: a broken model rarely guesses quite evenly. */
const SHARE = 0.97;

/**
 * The loss of somebody who guesses every token evenly, where a run ended no better than that; else null.
 *
 * @param kept the validation loss of the values that were kept, where they are not those of the last steps
 */
export function chanceLoss(history: RunHistory, vocabularySize: number, kept: number | null): number | null {
  const last = history.steps.slice(-LAST_STEPS);
  if (last.length === 0) return null;
  const loss = kept ?? last.reduce((sum, step) => sum + step.loss, 0) / last.length;
  const chance = Math.log(vocabularySize);
  return loss >= SHARE * chance ? chance : null;
}
