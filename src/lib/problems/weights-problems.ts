/** Faults of the numbers in a model's files. */
export interface WeightsProblems {
  /** A tensor holds a number that is not finite. */
  readonly "model/not-finite": { readonly tensor: string };
}
