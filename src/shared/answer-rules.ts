/** A sequence of tokens, and what the score of its last gains where the others stand. */
export interface SequenceBias {
  readonly ids: readonly number[];
  /** -Infinity bans it. */
  readonly bias: number;
}

/**
 * What a generation_config.json asks of every answer, however it is drawn; names are transformers'. Lengths count tokens,
 * "total" ones the prompt's too.
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
  /** From `start` new tokens on, the end's score grows by `factor` a token. */
  readonly endDecay?: { readonly start: number; readonly factor: number };
  readonly suppressed?: readonly number[];
  readonly suppressedFirst?: readonly number[];
}
