import { isRecord } from "../lib/json";

/** An ignored entry of generation_config.json. */
export interface UnreadEntry {
  readonly key: string;
  /** As JSON. */
  readonly value: string;
}

/** Keys that are used: the end tokens. */
const USED: ReadonlySet<string> = new Set(["eos_token_id"]);

/** Keys that do not affect the output: names and versions, return values, caching and compilation. */
const IDLE: ReadonlySet<string> = new Set([
  "_commit_hash",
  "_from_model_config",
  "bos_token_id",
  "cache_config",
  "cache_implementation",
  "compile_config",
  "continuous_batching_config",
  "disable_compile",
  "is_assistant",
  "low_memory",
  "max_cache_len",
  "output_attentions",
  "output_hidden_states",
  "output_logits",
  "output_scores",
  "pad_token_id",
  "prefill_chunk_size",
  "return_dict_in_generate",
  "transformers_version",
  "use_cache",
]);

/** Transformers' defaults; a key at its default has no effect. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  max_length: 20,
  temperature: 1,
  top_k: 50,
  top_p: 1,
  typical_p: 1,
  num_beams: 1,
  num_beam_groups: 1,
  num_return_sequences: 1,
  repetition_penalty: 1,
  length_penalty: 1,
  encoder_repetition_penalty: 1,
  num_assistant_tokens: 20,
  num_assistant_tokens_schedule: "constant",
  assistant_confidence_threshold: 0.4,
  assistant_lookbehind: 10,
  target_lookbehind: 10,
};

/** Treatment of generation_config.json keys, for the check against transformers' class. */
export const generationKeys = { used: [...USED], idle: [...IDLE], defaults: DEFAULTS };

/**
 * Ignored entries that are not at their defaults: sampling settings recommended by the model's authors, for the user to
 * adopt.
 */
export function unreadGeneration(
  generation: Readonly<Record<string, unknown>> | null,
  config: Readonly<Record<string, unknown>>,
): UnreadEntry[] {
  const isOff = (key: string, value: unknown): boolean =>
    !value || isHollow(value) || DEFAULTS[key] === value || isStart(key, value, config);
  return Object.entries(generation ?? {}).flatMap(([key, value]) =>
    USED.has(key) || IDLE.has(key) || isOff(key, value) ? [] : [{ key, value: JSON.stringify(value) }],
  );
}

/** Whether the value equals the start token from config.json, which the decoder uses. */
function isStart(key: string, value: unknown, config: Readonly<Record<string, unknown>>): boolean {
  const start = config.decoder_start_token_id ?? config.pad_token_id ?? 0;
  return key === "decoder_start_token_id" && value === start;
}

function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
