/** What one optimizer step tells. */
export interface StepReport {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradNorm: number;
  readonly supervisedTokens: number;
}

/** Mean loss per supervised token on the rows that are held out, after a step. */
export interface ValidationReport {
  readonly step: number;
  readonly loss: number;
}

/** All that a run has told so far. */
export interface RunHistory {
  readonly steps: readonly StepReport[];
  readonly validation: readonly ValidationReport[];
}

/** An answer that the adapter gave after a step, to a question that is kept aside. */
export interface SampleAnswer {
  readonly step: number;
  readonly question: string;
  /** What the dataset has for an answer. */
  readonly expected: string;
  readonly answer: string;
}
