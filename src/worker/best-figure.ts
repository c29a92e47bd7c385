import type { ValidationReport } from "../shared/run-history";
import { scoreSpecs } from "../shared/scores";
import type { TrainingOptions } from "../shared/training";

/**
 * What tells the best values at a validation, lower being better: nothing for the loss itself, and where the score does
 * not apply to the held-out rows.
 */
export function bestFigure(
  { metricForBestModel = "loss" }: Pick<TrainingOptions, "metricForBestModel">,
  { scores }: Pick<ValidationReport, "scores">,
): { readonly figure?: number } {
  if (metricForBestModel === "loss") return {};
  const score = scores?.[metricForBestModel];
  if (score === undefined) return {};
  return { figure: scoreSpecs[metricForBestModel].better === "higher" ? -score : score };
}
