import { useEffect, useRef, useState } from "react";
import { isCancelled, type ErrorData } from "../../lib/errors";
import { toProblem } from "../lib/problem";

interface Remote<T> {
  /** The last result; while `busy`, that of the previous key. */
  readonly value: T | null;
  readonly problem: ErrorData | null;
  readonly busy: boolean;
}

interface Settled<T> {
  readonly key: string;
  readonly value: T | null;
  readonly problem: ErrorData | null;
}

/**
 * Fetches a value for `key`, refetching when the key has changed and been stable for `delayMs`. A null key fetches
 * nothing.
 *
 * @param load its signal is aborted when the result is no longer needed
 */
export function useRemote<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  delayMs = 0,
): Remote<T> {
  const [settled, setSettled] = useState<Settled<T> | null>(null);
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });

  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    const { signal } = controller;
    const timer = setTimeout(() => {
      latest.current(signal).then(
        (value) => {
          if (!signal.aborted) setSettled({ key, value, problem: null });
        },
        (error: unknown) => {
          if (!signal.aborted)
            setSettled({ key, value: null, problem: isCancelled(error) ? null : toProblem(error) });
        },
      );
    }, delayMs);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, delayMs]);

  if (key === null) return { value: null, problem: null, busy: false };
  return { value: settled?.value ?? null, problem: settled?.problem ?? null, busy: settled?.key !== key };
}
