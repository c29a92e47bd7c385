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
 * The warm-up that a run takes: what was asked for, or a tenth of a run that is no longer than that, which would
 * otherwise end before it reaches its learning rate. A run of one step would not train at all.
 */
export function fittingWarmup(warmupSteps: number, totalSteps: number): number {
  return warmupSteps < totalSteps ? warmupSteps : Math.floor(totalSteps / 10);
}
