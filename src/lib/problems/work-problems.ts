import type { JobKind } from "../job-kind";

/** Ends of jobs that are not due to files, forms or the machine. */
export interface WorkProblems {
  /** Cancelled by the user. */
  readonly cancelled: object;
  /** A running job excludes the requested one. */
  readonly busy: { readonly running: JobKind };
  /** Another tab is training. */
  readonly "busy/elsewhere": object;
  /** The GPU was lost and could not be recovered, or was lost too often: `times` within a few minutes. */
  readonly "device-lost/again": { readonly times: number };
  /** Loading failed, and the model with this title, which had been evicted to make room, could not be reloaded. */
  readonly "work/no-model-left": { readonly title: string };
  /** A bug in the studio; `reason` is for its developers. */
  readonly internal: { readonly reason: string };
}
