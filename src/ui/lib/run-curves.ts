import type { RunDetails } from "../../shared/run-record";

/** Horizontal axes of a run's curves. */
export const AXES = ["step", "tokens", "time"] as const;
export type RunAxis = (typeof AXES)[number];

/** Curves of a run. */
export const CURVES = ["loss", "validation", "rate", "norm", "speed"] as const;
export type RunCurve = (typeof CURVES)[number];

/** Points of a curve, in ascending order of x. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

type Steps = RunDetails["steps"];

/** A run's curve over an axis; empty if an earlier version recorded neither tokens nor time. */
export function runCurve(
  { steps, validation }: Pick<RunDetails, "steps" | "validation">,
  curve: RunCurve,
  axis: RunAxis,
): Points {
  const places = placesOf(steps, axis);
  if (curve === "validation") {
    return points(validation.map(({ step, loss }) => [places.get(step) ?? (step === 0 ? 0 : NaN), loss]));
  }
  return points(steps.map((step, index) => [places.get(step.step) ?? NaN, valueOf(steps, index, curve)]));
}

/**
 * Exponential moving average with bias correction.
 * @param keep decay: 0 for no smoothing, up to 1
 */
export function smoothed({ x, y }: Points, keep: number): Points {
  let mean = 0;
  let weight = 0;
  const values = y.map((value) => {
    mean = keep * mean + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return mean / weight;
  });
  return { x, y: values };
}

/** Each step's position on the axis. */
function placesOf(steps: Steps, axis: RunAxis): ReadonlyMap<number, number> {
  let tokens = 0;
  return new Map(
    steps.map(({ step, tokens: more = NaN, activeMs = NaN }) => {
      tokens += more;
      return [step, { step, tokens, time: activeMs / 1000 }[axis]];
    }),
  );
}

function valueOf(steps: Steps, index: number, curve: Exclude<RunCurve, "validation">): number {
  const step = steps[index];
  if (!step) return NaN;
  switch (curve) {
    case "loss":
      return step.loss;
    case "rate":
      return step.learningRate;
    case "norm":
      return step.gradNorm;
    case "speed":
      return speedAt(steps, index);
  }
}

/** Number of steps over which tokens per second are averaged. */
const SPEED_STEPS = 5;

function speedAt(steps: Steps, index: number): number {
  const first = Math.max(0, index - SPEED_STEPS);
  const elapsedMs = (steps[index]?.activeMs ?? NaN) - (steps[first]?.activeMs ?? NaN);
  if (!(elapsedMs > 0)) return NaN;
  const tokens = steps.slice(first + 1, index + 1).reduce((sum, step) => sum + (step.tokens ?? NaN), 0);
  return (tokens / elapsedMs) * 1000;
}

function points(pairs: readonly (readonly [number, number])[]): Points {
  const drawn = pairs.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  return { x: Float64Array.from(drawn, ([x]) => x), y: Float64Array.from(drawn, ([, y]) => y) };
}
