import type { RunHistory } from "../shared/run-history";

/** The final loss is the mean over this many steps. */
const LAST_STEPS = 10;

/**
 * A run has learned nothing if its loss is at least this fraction of chance level: a broken model rarely predicts an
 * exactly uniform distribution.
 */
const CHANCE_FRACTION = 0.97;

/**
 * The loss of a uniform guess if the run ended no better than that, else null.
 *
 * @param kept the validation loss of the restored best weights, or null if the last ones were kept
 */
export function chanceLoss(history: RunHistory, vocabularySize: number, kept: number | null): number | null {
  const last = history.steps.slice(-LAST_STEPS);
  if (last.length === 0) return null;
  const loss = kept ?? last.reduce((sum, step) => sum + step.loss, 0) / last.length;
  const chance = Math.log(vocabularySize);
  return loss >= CHANCE_FRACTION * chance ? chance : null;
}
