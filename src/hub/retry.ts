import { cancelled, type LuthierError } from "../lib/errors";

/** A failure that may pass by itself: a lost connection, a busy server. */
export class Transient extends Error {
  /** What the person is told when it does not pass. */
  readonly problem: LuthierError;
  /** How long the server asks to be left alone; null when it does not say. */
  readonly retryAfterMs: number | null;

  constructor(problem: LuthierError, retryAfterMs: number | null = null) {
    super(problem.message, { cause: problem.cause });
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface RetryOptions {
  readonly signal: AbortSignal;
  /** Failures in a row, the first included, after which to give up. */
  readonly tries: number;
  /** Told before each wait. */
  readonly onWait?: (ms: number) => void;
  readonly sleep?: Sleep;
}

const FIRST_WAIT_MS = 1000;

/** Nobody sits through a longer pause: it is told instead, and what is here already stays. */
const LONGEST_WAIT_MS = 120_000;

/**
 * Runs `attempt` until it succeeds, waiting twice as long after each {@link Transient} failure, or as long as the server
 * asks. An attempt that calls `onProgress` begins the count of failures anew.
 * @throws the problem of the last failure, what `attempt` throws otherwise, or "cancelled"
 */
export async function withRetries<T>(
  { signal, tries, onWait, sleep = timer }: RetryOptions,
  attempt: (onProgress: () => void) => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt(() => (failures = 0));
    } catch (error) {
      if (signal.aborted) throw cancelled();
      if (!(error instanceof Transient)) throw error;
      const ms = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1);
      if (failures >= tries || ms > LONGEST_WAIT_MS) throw error.problem;
      onWait?.(ms);
      await sleep(ms, signal).catch(() => undefined);
    }
  }
}

/**
 * Milliseconds that a Retry-After header asks for: whole seconds, or a date.
 * @returns null without a header, or with one that says neither
 */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

const timer: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timeout = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timeout);
      signal.removeEventListener("abort", done);
      if (signal.aborted) reject(cancelled());
      else resolve();
    }
  });
