import type { TrainerGap } from "../../shared/exports";
import type { TrainingOptions } from "../../shared/training";
import type { ExportSource } from "../entry";
import { modelQuantised } from "../quantised-base";

/** What differs because of the base model's files. */
export function baseGaps({ model, folder }: Pick<ExportSource, "model" | "folder">): TrainerGap[] {
  const gguf = folder.gguf ? (["base-gguf"] as const) : [];
  return [...gguf, ...(modelQuantised(model) ? (["base-quantised"] as const) : [])];
}

/** What differs because nothing is answered, scored or timed on the way. */
export function measuringGaps(training: TrainingOptions | undefined): TrainerGap[] {
  if (!training) return [];
  const { metricForBestModel = "loss", loadBestModelAtEnd, earlyStoppingPatience } = training;
  const needsBest = loadBestModelAtEnd || earlyStoppingPatience > 0;
  const found: [TrainerGap, boolean][] = [
    ["time-limit", (training.maxMinutes ?? 0) > 0],
    ["best-by-score", needsBest && metricForBestModel !== "loss"],
    ["scores-on-the-way", (training.scoreRows ?? 0) > 0],
  ];
  return found.flatMap(([gap, applies]) => (applies ? [gap] : []));
}
