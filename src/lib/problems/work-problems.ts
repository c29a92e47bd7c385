import type { JobKind } from "../job-kind";

/** How work ends that is no fault of a file, a form or a machine. */
export interface WorkProblems {
  /** The person stopped it. */
  readonly cancelled: object;
  /** A running job excludes what was asked for. */
  readonly busy: { readonly running: JobKind };
  /** Another tab of the studio trains. */
  readonly "busy/elsewhere": object;
  /** The GPU was lost, and could not be brought back or was lost too often; `times` within some minutes. */
  readonly "device-lost/again": { readonly times: number };
  /** Loading failed; the model of that title had made room for it and could not be loaded again. */
  readonly "work/no-model-left": { readonly title: string };
  /** A fault of the studio itself; `reason` is for its makers. */
  readonly internal: { readonly reason: string };
}
