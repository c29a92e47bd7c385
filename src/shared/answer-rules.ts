/** A bias added to the score of the last token where the preceding tokens match. */
export interface SequenceBias {
  readonly ids: readonly number[];
  /** -Infinity bans it. */
  readonly bias: number;
}

/**
 * Constraints that generation_config.json puts on every answer, whatever the sampling options. Named as in
 * transformers; lengths are in tokens, "total" ones including the prompt.
 */
export interface AnswerRules {
  readonly sequenceBias?: readonly SequenceBias[];
  readonly badWords?: readonly (readonly number[])[];
  readonly encoderRepetitionPenalty?: number;
  readonly encoderNoRepeatNgramSize?: number;
  readonly minTotal?: number;
  readonly minNew?: number;
  readonly forcedFirst?: number;
  readonly forcedLast?: readonly number[];
  /** After `start` new tokens, the end token's score grows exponentially, by `factor` per token. */
  readonly endDecay?: { readonly start: number; readonly factor: number };
  readonly suppressed?: readonly number[];
  readonly suppressedFirst?: readonly number[];
}
