import type { JobKind } from "../job-kind";

/** How jobs end, other than through problems with files, forms or the machine. */
export interface WorkProblems {
  /** Cancelled by the user. */
  readonly cancelled: object;
  /** A running job excludes the requested one. */
  readonly busy: { readonly running: JobKind };
  /** Another tab of the studio trains. */
  readonly "busy/elsewhere": object;
  /** The GPU was lost, and could not be brought back or was lost too often; `times` within some minutes. */
  readonly "device-lost/again": { readonly times: number };
  /** Loading failed; the model of that title had made room for it and could not be loaded again. */
  readonly "work/no-model-left": { readonly title: string };
  /** A bug in the studio; `reason` is for its developers. */
  readonly internal: { readonly reason: string };
}
