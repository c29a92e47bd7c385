import type { Progress } from "../../protocol/events";

/** Progress with timestamps, for computing speed and remaining time. */
export interface TimedProgress {
  readonly progress: Progress;
  readonly startedAt: number;
  /** Work already done at `startedAt`, excluded from the speed. */
  readonly doneAtStart: number;
  readonly now: number;
}

/** Updates timed progress; work of another kind restarts the clock. */
export function advance(before: TimedProgress | null, progress: Progress, now: number): TimedProgress {
  const same = before?.progress.what === progress.what && before.progress.done <= progress.done;
  return same ? { ...before, progress, now } : { progress, startedAt: now, doneAtStart: progress.done, now };
}

/** Fraction done (null if the total is unknown), units per second and remaining milliseconds (null until known). */
export function progressFigures(timed: TimedProgress): {
  share: number | null;
  perSecond: number | null;
  remainingMs: number | null;
} {
  const { done, total } = timed.progress;
  const elapsedMs = timed.now - timed.startedAt;
  const gained = done - timed.doneAtStart;
  const perSecond = elapsedMs >= 300 && gained > 0 ? (gained * 1000) / elapsedMs : null;
  return {
    share: total === null || total === 0 ? null : Math.min(1, done / total),
    perSecond,
    remainingMs: perSecond === null || total === null ? null : (Math.max(0, total - done) * 1000) / perSecond,
  };
}
