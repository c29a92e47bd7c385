import type { ScoreValues } from "./scores";

/** Measures of an objective on preferences, as means. */
export interface PreferenceReport {
  /** For chosen answers, or those labelled good; null if there are none. */
  readonly chosenReward: number | null;
  readonly rejectedReward: number | null;
  /**
   * Share of pairs whose chosen answer has the greater reward; or of labelled answers whose likelihood has moved in the
   * right direction relative to the average. Ties, as before the first step, count half.
   */
  readonly accuracy: number;
}

/** Report of an optimizer step. */
export interface StepReport {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradNorm: number;
  readonly supervisedTokens: number;
  /** Set for objectives on pairs. */
  readonly preference?: PreferenceReport;
  /** Tokens computed, excluding padding; absent in runs of earlier versions, like the following. */
  readonly tokens?: number;
  /** Training time up to the end of the step, without pauses. */
  readonly activeMs?: number;
}

/** Mean validation loss per supervised token, or pair, after a step. */
export interface ValidationReport {
  readonly step: number;
  readonly loss: number;
  /** Set for objectives on pairs. */
  readonly preference?: PreferenceReport;
  /** Mean scores of answers to held-out rows, if they are scored on the way. */
  readonly scores?: ScoreValues;
}

/** All reports of a run. */
export interface RunHistory {
  readonly steps: readonly StepReport[];
  readonly validation: readonly ValidationReport[];
}

/** A sample answer generated after a step. */
export interface SampleAnswer {
  readonly step: number;
  readonly question: string;
  /** The dataset's answer. */
  readonly expected: string;
  readonly answer: string;
  /** Its scores, if answers are scored on the way. */
  readonly values?: ScoreValues;
}
