import { cancelled, type LuthierError } from "../lib/errors";

/** A retryable failure: a lost connection, a busy server. */
export class Transient extends Error {
  /** The error reported if retries fail. */
  readonly problem: LuthierError;
  /** Delay requested by the server, or null. */
  readonly retryAfterMs: number | null;

  constructor(problem: LuthierError, retryAfterMs: number | null = null) {
    super(problem.message, { cause: problem.cause });
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface RetryOptions {
  readonly signal: AbortSignal;
  /** Consecutive failures before giving up, counting the first. */
  readonly tries: number;
  /** Called before each wait. */
  readonly onWait?: (ms: number) => void;
  readonly sleep?: Sleep;
}

const FIRST_WAIT_MS = 1000;

/** Longer delays are reported as failures; partial downloads are kept. */
const LONGEST_WAIT_MS = 120_000;

/**
 * Runs `attempt` until it succeeds, with exponential backoff after {@link Transient} failures, or the delay requested
 * by the server. Calling `onProgress` resets the failure count.
 * @throws the last failure's problem, other errors of `attempt`, or "cancelled"
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
 * Parses a Retry-After header (seconds or a date) to milliseconds.
 * @returns null if absent or invalid
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
