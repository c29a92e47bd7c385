/** How work ends that is no fault of a file, a form or a machine. */
export interface WorkProblems {
  /** The person stopped it. */
  readonly cancelled: object;
  /** A fault of the studio itself; `reason` is for its makers. */
  readonly internal: { readonly reason: string };
}
