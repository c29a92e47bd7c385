/** The loss after a step with a learning rate. */
export interface RatePoint {
  readonly rate: number;
  readonly loss: number;
}

/** Losses under a rising learning rate, and the rate that they suggest. */
export interface RateSearch {
  readonly points: readonly RatePoint[];
  /** Null if the loss has not fallen. */
  readonly suggestion: number | null;
}

/** Steps of a search, at most. */
export const SEARCH_STEPS = 50;

/** Smoothing of the losses, which differ from batch to batch. */
const KEEP = 0.7;

/** Fall of the smoothed loss below which nothing is suggested. */
const MIN_FALL = 0.02;

/** The learning rate of a step: geometric from `low` to `high`. */
export function searchRate(step: number, low: number, high: number): number {
  return low * (high / low) ** (step / (SEARCH_STEPS - 1));
}

/** Losses smoothed as an exponential moving average with bias correction. */
export function smoothLosses(points: readonly RatePoint[]): number[] {
  let mean = 0;
  let weight = 0;
  return points.map(({ loss }) => {
    mean = KEEP * mean + (1 - KEEP) * loss;
    weight = KEEP * weight + (1 - KEEP);
    return mean / weight;
  });
}

/** Whether the loss has risen so far above its lowest value that higher rates tell nothing more. */
export function hasDiverged(points: readonly RatePoint[]): boolean {
  const losses = smoothLosses(points);
  const last = losses.at(-1) ?? 0;
  const lowest = losses.reduce((least, loss) => Math.min(least, loss), Infinity);
  return !Number.isFinite(last) || last > 1.5 * lowest + 1;
}

/**
 * The rate at which the smoothed loss falls fastest per factor of the rate, before it is lowest; as in fastai's
 * "steep" suggestion. Rounded to two digits.
 */
export function suggestRate(points: readonly RatePoint[]): number | null {
  const losses = smoothLosses(points);
  const lowest = losses.reduce((best, loss, index) => (loss < (losses[best] ?? Infinity) ? index : best), 0);
  if ((losses[0] ?? 0) - (losses[lowest] ?? 0) < MIN_FALL) return null;
  let steepest = 1;
  const fallAt = (index: number): number => (losses[index - 1] ?? 0) - (losses[index] ?? 0);
  for (let index = 1; index <= lowest; index++) if (fallAt(index) > fallAt(steepest)) steepest = index;
  const rate = points[steepest]?.rate;
  return rate === undefined ? null : Number(rate.toPrecision(2));
}
