import type { Field } from "./fields";

/** How answers are drawn; names are those of transformers' GenerationConfig. */
export interface GenerationOptions {
  /** 0 takes the most likely token each time. */
  readonly temperature: number;
  readonly topP: number;
  /** 0 turns it off. */
  readonly topK: number;
  readonly repetitionPenalty: number;
  /** 0 turns it off. */
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

/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A side of the comparison: "before" stands on the left, "after" on the right. */
export type Side = "before" | "after";

/** Why an answer ended. */
export type FinishReason = "end-token" | "length" | "stopped";
