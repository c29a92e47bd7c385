import type { Field } from "./fields";

/** Sampling options, named as in transformers' GenerationConfig. */
export interface GenerationOptions {
  /** 0 means greedy decoding. */
  readonly temperature: number;
  readonly topP: number;
  /** 0 disables top-k. */
  readonly topK: number;
  readonly repetitionPenalty: number;
  /** 0 disables it. */
  readonly noRepeatNgramSize: number;
  readonly maxNewTokens: number;
  readonly seed: number;
}

export const defaultGeneration: GenerationOptions = {
  temperature: 0,
  topP: 1,
  topK: 0,
  repetitionPenalty: 1,
  noRepeatNgramSize: 0,
  maxNewTokens: 128,
  seed: 42,
};

export const generationFields = [
  {
    name: "temperature",
    type: "number",
    default: defaultGeneration.temperature,
    min: 0,
    max: 5,
    level: "basic",
  },
  {
    name: "topP",
    type: "number",
    default: defaultGeneration.topP,
    min: 0,
    exclusiveMin: true,
    max: 1,
    level: "basic",
  },
  {
    name: "maxNewTokens",
    type: "integer",
    default: defaultGeneration.maxNewTokens,
    min: 1,
    max: 4096,
    level: "basic",
  },
  {
    name: "topK",
    type: "integer",
    default: defaultGeneration.topK,
    min: 0,
    max: 100_000,
    level: "advanced",
  },
  {
    name: "repetitionPenalty",
    type: "number",
    default: defaultGeneration.repetitionPenalty,
    min: 0.1,
    max: 5,
    level: "advanced",
  },
  {
    name: "noRepeatNgramSize",
    type: "integer",
    default: defaultGeneration.noRepeatNgramSize,
    min: 0,
    max: 20,
    level: "advanced",
  },
  {
    name: "seed",
    type: "integer",
    default: defaultGeneration.seed,
    min: 0,
    max: 4294967295,
    level: "advanced",
  },
] as const satisfies readonly Field<keyof GenerationOptions>[];

/** A chat message. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Maximum number of columns in the comparison, each with its own KV cache. */
export const MAX_COLUMNS = 4;

/** What ends an answer besides its end token and maximum length. */
export interface AnswerEnds {
  /** Stop strings; an answer ends before them. */
  readonly stop: readonly string[];
  /** Whether to end answers that repeat themselves. */
  readonly loops: boolean;
}

/** The probability of an answer's token. */
export interface TokenChance {
  readonly id: number;
  /** As in `TokenView`. */
  readonly text: string;
  readonly continues: boolean;
  /** Of 0 to 1. */
  readonly probability: number;
  /** The most likely tokens at its position, in descending order. */
  readonly likeliest: readonly { readonly id: number; readonly text: string; readonly probability: number }[];
}

/** Why generation ended. */
export type FinishReason = "end-token" | "length" | "stopped" | "stop-sequence" | "repeats";
