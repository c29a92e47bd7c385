import { isRecord } from "../lib/json";

/** An entry of a file that nothing here follows. */
export interface UnreadEntry {
  readonly key: string;
  /** JSON. */
  readonly value: string;
}

/** Keys that answers follow: the end tokens. */
const USED: ReadonlySet<string> = new Set(["eos_token_id"]);

/** Keys that change no answer: names and versions, what a call returns, and how it caches and compiles. */
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

/** What transformers does where a key is missing: such a value changes nothing either. */
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

/** What is said of the keys of generation_config.json, for the check against transformers' class. */
export const generationKeys = { used: [...USED], idle: [...IDLE], defaults: DEFAULTS };

/**
 * Entries of a generation_config.json that answers here do not follow and that are not at their defaults: how the model's
 * makers would have it drawn, for the person to choose.
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

/** The decoder starts from config.json's own token. */
function isStart(key: string, value: unknown, config: Readonly<Record<string, unknown>>): boolean {
  const start = config.decoder_start_token_id ?? config.pad_token_id ?? 0;
  return key === "decoder_start_token_id" && value === start;
}

function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
