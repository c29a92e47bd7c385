/** A curve as columns, in ascending order of the steps. */
export interface Curve {
  readonly steps: ArrayLike<number>;
  readonly losses: ArrayLike<number>;
}

/** What the curves of an ended run say. */
export type RunVerdict =
  /** The loss was still falling: so many more steps are worth trying. */
  | { readonly kind: "still-learning"; readonly moreSteps: number }
  /** The held-out loss rose from `bestStep` on while the training loss fell. */
  | { readonly kind: "overfitted"; readonly bestStep: number; readonly best: number; readonly last: number }
  /** More steps would change little. */
  | { readonly kind: "flat" };

/** Fall over the last third of a run above which it was still learning; smaller ones change no answers. */
const FALL = { relative: 0.04, absolute: 0.01 };
/** Rise of the held-out loss above its lowest that counts as overfitting. */
const RISE = { relative: 0.05, absolute: 0.01 };
/** Validations after the start that a verdict needs; with fewer the training loss is judged. */
const MIN_POINTS = 3;
const MIN_STEPS = 6;
const MORE = { share: 0.5, least: 20 };

/** Judges an ended run by its held-out loss, or without one by its smoothed training loss; null if it was too short. */
export function judgeRun(training: Curve, validation: Curve): RunVerdict | null {
  const last = training.steps[training.steps.length - 1] ?? 0;
  if (last < MIN_STEPS) return null;
  const learned = smoothed(training);
  const held = pointsOf(validation).filter(({ step }) => step > 0);
  const isHeld = held.length >= MIN_POINTS;
  if (isHeld) {
    const found = overfitting(held, learned);
    if (found) return found;
  }
  return isFalling(isHeld ? held : learned, last)
    ? { kind: "still-learning", moreSteps: moreSteps(last) }
    : { kind: "flat" };
}

interface Point {
  readonly step: number;
  readonly loss: number;
}

function pointsOf({ steps, losses }: Curve): Point[] {
  return Array.from(steps, (step, index) => ({ step, loss: losses[index] ?? NaN }));
}

function overfitting(held: readonly Point[], learned: readonly Point[]): RunVerdict | null {
  const best = held.reduce((lowest, point) => (point.loss < lowest.loss ? point : lowest));
  const last = held.at(-1) ?? best;
  const hasRisen = last.loss > best.loss * (1 + RISE.relative) + RISE.absolute;
  if (!hasRisen || lossAt(learned, last.step) > lossAt(learned, best.step)) return null;
  return { kind: "overfitted", bestStep: best.step, best: best.loss, last: last.loss };
}

function isFalling(points: readonly Point[], last: number): boolean {
  const end = points.at(-1)?.loss ?? NaN;
  const before = lossAt(points, (last * 2) / 3);
  return before - end > Math.max(FALL.relative * before, FALL.absolute);
}

/** The loss at the last point up to a step, or at the first one. */
function lossAt(points: readonly Point[], step: number): number {
  return (points.findLast((point) => point.step <= step) ?? points[0])?.loss ?? NaN;
}

/** Half as many steps again, as a round number. */
function moreSteps(steps: number): number {
  const wanted = Math.max(MORE.least, steps * MORE.share);
  return Math.round(wanted / 10) * 10;
}

/** Moving average with bias correction; its memory is about a tenth of the run. */
function smoothed(curve: Curve): Point[] {
  const points = pointsOf(curve);
  const keep = 1 - 1 / Math.min(20, Math.max(2, points.length / 10));
  let [mean, weight] = [0, 0];
  return points.map(({ step, loss }) => {
    mean = keep * mean + (1 - keep) * loss;
    weight = keep * weight + (1 - keep);
    return { step, loss: mean / weight };
  });
}

/** Rise of the loss on everyday questions above which a run forgot other things. */
const FORGOT = 0.5;

/** Whether an adapter answers other things clearly worse than the base model. */
export function hasForgotten({
  before,
  after,
}: {
  readonly before: number;
  readonly after: number;
}): boolean {
  return after > before + FORGOT;
}
