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

/** Labels of the answer's fields; fixed, as those of training are. */
export const generationLabels: Readonly<Record<keyof GenerationOptions, string>> = {
  temperature: "Temperature",
  topP: "Top p",
  topK: "Top k",
  repetitionPenalty: "Repetition penalty",
  noRepeatNgramSize: "No repeat n-gram size",
  maxNewTokens: "Max new tokens",
  seed: "Random start",
};

export const generationFields = [
  {
    name: "temperature",
    type: "number",
    default: defaultGeneration.temperature,
    min: 0,
    max: 5,
    level: "basic",
    hint: "0 always takes the likeliest word. Around 0.7 varies; above 1.5 rambles.",
  },
  {
    name: "topP",
    type: "number",
    default: defaultGeneration.topP,
    min: 0,
    exclusiveMin: true,
    max: 1,
    level: "basic",
    hint: "Draws only among the likeliest words that together have this share. 1 allows all.",
  },
  {
    name: "maxNewTokens",
    type: "integer",
    default: defaultGeneration.maxNewTokens,
    min: 1,
    max: 4096,
    level: "basic",
    hint: "Longest answer, in tokens.",
  },
  {
    name: "topK",
    type: "integer",
    default: defaultGeneration.topK,
    min: 0,
    max: 100_000,
    level: "advanced",
    hint: "Draws only among this many likeliest words. 0 turns it off.",
  },
  {
    name: "repetitionPenalty",
    type: "number",
    default: defaultGeneration.repetitionPenalty,
    min: 0.1,
    max: 5,
    level: "advanced",
    hint: "Above 1 avoids words already used; far above 1 breaks sentences.",
  },
  {
    name: "noRepeatNgramSize",
    type: "integer",
    default: defaultGeneration.noRepeatNgramSize,
    min: 0,
    max: 20,
    level: "advanced",
    hint: "Never repeats a run of this many tokens. 0 turns it off.",
  },
  {
    name: "seed",
    type: "integer",
    default: defaultGeneration.seed,
    min: 0,
    max: 4294967295,
    level: "advanced",
    hint: "Seed of the draw. The same number gives the same answer, and both sides use it.",
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
