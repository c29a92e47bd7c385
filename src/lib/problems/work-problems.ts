import type { JobKind } from "../job-kind";

/** How jobs end, other than through problems with files, forms or the machine. */
export interface WorkProblems {
  /** Cancelled by the user. */
  readonly cancelled: object;
  /** A running job excludes the requested one. */
  readonly busy: { readonly running: JobKind };
  /** Loading failed, and the previous model (`title`), unloaded to make room, could not be reloaded. */
  readonly "work/no-model-left": { readonly title: string };
  /** A bug in the studio; `reason` is for its developers. */
  readonly internal: { readonly reason: string };
}
