import type { Schedule } from "../../shared/training";

/**
 * Learning-rate factor at an optimizer step counted from 0 (transformers' get_*_schedule_with_warmup): linear warm-up,
 * then constant, linear decay to zero, or cosine decay to zero.
 */
export function scheduleFactor(
  schedule: Schedule,
  step: number,
  warmupSteps: number,
  totalSteps: number,
): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  if (schedule === "constant") return 1;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  if (schedule === "linear") return Math.max(0, 1 - progress);
  return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/**
 * The effective warm-up: as requested, or a tenth of the run if the run is not longer than the warm-up and would end
 * before reaching its learning rate.
 */
export function fittingWarmup(warmupSteps: number, totalSteps: number): number {
  return warmupSteps < totalSteps ? warmupSteps : Math.floor(totalSteps / 10);
}
