import type { Problem } from "../lib/problems/problem";
import type { ScoreId } from "../shared/scores";
import type { BestBy } from "../shared/training";

/** A log entry of a run: a code with quantities, worded by the page. */
export type LogLine =
  /** The run was resumed from a checkpoint. */
  | { readonly kind: "resumed"; readonly step: number; readonly totalSteps: number }
  /** The optimizer continues from the state of an earlier run. */
  | { readonly kind: "optimizer-resumed"; readonly steps: number }
  /** The warm-up was as long as the run and has been shortened. */
  | {
      readonly kind: "warmup-cut";
      readonly asked: number;
      readonly taken: number;
      readonly totalSteps: number;
    }
  /** Estimating importance on this many texts, for a selection. */
  | { readonly kind: "weighing"; readonly texts: number }
  | { readonly kind: "weighed"; readonly done: number; readonly texts: number }
  /** Computing the log-probabilities of this many pairs of answers before training. */
  | { readonly kind: "comparing"; readonly pairs: number }
  | { readonly kind: "compared"; readonly done: number; readonly pairs: number }
  /** Only this many elements train from now on. */
  | { readonly kind: "selected"; readonly numbers: number }
  /** The time limit is reached. */
  | { readonly kind: "time-over"; readonly minutes: number }
  /** An ended run is extended. */
  | { readonly kind: "extended"; readonly step: number; readonly totalSteps: number }
  /** The score that tells the best values does not apply to the held-out rows. */
  | { readonly kind: "no-metric"; readonly metric: ScoreId }
  /** Stopped early after this many validations without improvement. */
  | { readonly kind: "stopping-early"; readonly measurements: number; readonly metric?: BestBy }
  /** The best validation's values were restored at the end. */
  | { readonly kind: "best-taken"; readonly step: number; readonly loss: number; readonly metric?: BestBy }
  /** A kernel failed to compile on this GPU. */
  | { readonly kind: "kernel-broken"; readonly problem: Problem }
  | { readonly kind: "samples-ended"; readonly problem: Problem }
  /** A failure that does not stop the run. */
  | { readonly kind: "problem"; readonly problem: Problem };
