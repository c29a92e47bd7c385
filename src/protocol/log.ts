import type { Problem } from "../lib/problems/problem";

/** A line of the run's log: what happened, as a code and quantities; the page has the words. */
export type LogLine =
  /** A run goes on where it was cut off. */
  | { readonly kind: "resumed"; readonly step: number; readonly totalSteps: number }
  /** The optimizer goes on with the state that an earlier run left. */
  | { readonly kind: "optimizer-resumed"; readonly steps: number }
  /** The run is no longer than its warm-up, which takes a part of the run instead. */
  | {
      readonly kind: "warmup-cut";
      readonly asked: number;
      readonly taken: number;
      readonly totalSteps: number;
    }
  /** The base model's config.json asks for dropout of attention's probabilities, which are left whole. */
  | { readonly kind: "attention-not-dropped"; readonly share: number }
  /** The method weighs all numbers on so many texts, to choose those that train. */
  | { readonly kind: "weighing"; readonly texts: number }
  | { readonly kind: "weighed"; readonly done: number; readonly texts: number }
  /** From here on only so many numbers train. */
  | { readonly kind: "selected"; readonly numbers: number }
  /** So many measurements in a row were no better than the best. */
  | { readonly kind: "stopping-early"; readonly measurements: number }
  /** The values of the best measurement were taken at the end. */
  | { readonly kind: "best-taken"; readonly step: number; readonly loss: number }
  /** A kernel that this GPU does not compile. */
  | { readonly kind: "kernel-broken"; readonly problem: Problem }
  | { readonly kind: "samples-ended"; readonly problem: Problem }
  /** Something failed without which the run goes on. */
  | { readonly kind: "problem"; readonly problem: Problem };
