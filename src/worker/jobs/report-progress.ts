import type { Progress } from "../../protocol/events";
import type { JobContext } from "./owner";

/** Minimum interval between progress messages. */
const REPORT_MS = 100;

/** Reports a download's progress to the page at a limited rate, but always the last piece. */
export function reportProgress(report: JobContext["report"], what: string) {
  let last: Pick<Progress, "done" | "total" | "sendsWhole"> = { done: 0, total: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (waitingMs: number | null): void => {
    clearTimeout(timer);
    timer = undefined;
    report({ ...last, what, waitingMs });
  };
  return {
    take(done: number, total: number): void {
      last = last.sendsWhole ? { ...last, done } : { done, total };
      timer ??= setTimeout(send, REPORT_MS, null);
    },
    /** The server sends whole files only, and not all of them will be needed. */
    tellWhole(): void {
      last = { ...last, total: null, sendsWhole: true };
    },
    wait: (ms: number): void => send(ms),
    end: (): void => send(null),
  };
}
