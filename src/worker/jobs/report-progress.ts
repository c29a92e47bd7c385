import type { JobContext } from "./owner";

/** Minimum interval between progress messages. */
const REPORT_MS = 100;

/** Reports a download's progress to the page at a limited rate, but always the last piece. */
export function reportProgress(report: JobContext["report"], what: string) {
  let last = { done: 0, total: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (waitingMs: number | null): void => {
    clearTimeout(timer);
    timer = undefined;
    report({ ...last, what, waitingMs });
  };
  return {
    take(done: number, total: number): void {
      last = { done, total };
      timer ??= setTimeout(send, REPORT_MS, null);
    },
    wait: (ms: number): void => send(ms),
    end: (): void => send(null),
  };
}
