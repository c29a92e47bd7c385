import type { Progress } from "../../protocol/events";

/** Progress with the clock beside it, so that speed and time left can be told. */
export interface TimedProgress {
  readonly progress: Progress;
  readonly startedAt: number;
  /** Work already done at `startedAt`: the speed counts from there. */
  readonly doneAtStart: number;
  readonly now: number;
}

/** The next state of a timed progress; work of another kind starts the clock anew. */
export function advance(before: TimedProgress | null, progress: Progress, now: number): TimedProgress {
  const same = before?.progress.what === progress.what && before.progress.done <= progress.done;
  return same ? { ...before, progress, now } : { progress, startedAt: now, doneAtStart: progress.done, now };
}

/** Share done (null when the end is unknown), units per second and milliseconds left (null until they can be told). */
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
