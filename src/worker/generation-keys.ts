import * as v from "valibot";
import { count } from "../lib/schema";
import type { AnswerRules } from "../shared/answer-rules";
import { fieldFault } from "../shared/fields";
import { generationFields, type GenerationOptions } from "../shared/generation";

/** Sampling settings that generation_config.json can give. */
export type OwnSampling = Readonly<Partial<Record<Exclude<keyof GenerationOptions, "seed">, number>>>;

/** Keys that determine answers: the end tokens. */
export const FOLLOWED_KEYS: ReadonlySet<string> = new Set(["eos_token_id"]);

/** Keys that do not affect answers: bookkeeping, output options, caching and compilation. */
export const NO_EFFECT_KEYS: ReadonlySet<string> = new Set([
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

/** transformers' defaults; these values have no effect either. */
export const DEFAULTS: Readonly<Record<string, unknown>> = {
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

/** Keys for which zero is a token id. */
export const ZERO_IS_A_TOKEN: ReadonlySet<string> = new Set(["forced_bos_token_id", "forced_eos_token_id"]);

const ids = v.array(count);
const words = v.pipe(v.array(v.pipe(ids, v.minLength(1))), v.minLength(1));
const positive = v.pipe(v.number(), v.gtValue(0));
const biased = v.pipe(
  v.strictTuple([v.pipe(ids, v.minLength(1)), v.number()]),
  v.transform(([sequence, bias]) => ({ ids: sequence, bias })),
);

/** Constraints on every answer, by key. */
export const RULE_KEYS: Readonly<Record<string, v.GenericSchema<unknown, Partial<AnswerRules>>>> = {
  // The last bias of a repeated sequence wins.
  sequence_bias: rule(v.array(biased), (biases) => ({
    sequenceBias: [...new Map(biases.map((one) => [one.ids.join(), one])).values()],
  })),
  bad_words_ids: rule(words, (badWords) => ({ badWords })),
  encoder_repetition_penalty: rule(positive, (penalty) => ({ encoderRepetitionPenalty: penalty })),
  encoder_no_repeat_ngram_size: rule(count, (size) => ({ encoderNoRepeatNgramSize: size })),
  min_length: rule(count, (minTotal) => ({ minTotal })),
  min_new_tokens: rule(count, (minNew) => ({ minNew })),
  forced_bos_token_id: rule(count, (forcedFirst) => ({ forcedFirst })),
  forced_eos_token_id: rule(v.union([ids, count]), (forced) => ({ forcedLast: [forced].flat() })),
  exponential_decay_length_penalty: rule(v.strictTuple([count, positive]), ([start, factor]) => ({
    endDecay: { start, factor },
  })),
  suppress_tokens: rule(ids, (suppressed) => ({ suppressed })),
  begin_suppress_tokens: rule(ids, (suppressedFirst) => ({ suppressedFirst })),
};

function rule<T>(
  schema: v.GenericSchema<unknown, T>,
  make: (value: T) => Partial<AnswerRules>,
): v.GenericSchema<unknown, Partial<AnswerRules>> {
  return v.pipe(schema, v.transform(make));
}

/**
 * Sampling settings offered in the answer's form, by key. `sampled` is set for those that only apply with do_sample,
 * with transformers' default.
 */
export const SAMPLING_KEYS: Readonly<
  Record<
    string,
    {
      readonly name: keyof OwnSampling;
      readonly schema: v.GenericSchema<unknown, number>;
      readonly off?: number;
      readonly sampled?: { readonly fallback: number };
    }
  >
> = {
  temperature: { name: "temperature", schema: fieldValue("temperature"), sampled: { fallback: 1 } },
  top_p: { name: "topP", schema: fieldValue("topP"), sampled: { fallback: 1 } },
  top_k: { name: "topK", schema: fieldValue("topK"), sampled: { fallback: 50 } },
  repetition_penalty: { name: "repetitionPenalty", schema: fieldValue("repetitionPenalty"), off: 1 },
  no_repeat_ngram_size: { name: "noRepeatNgramSize", schema: fieldValue("noRepeatNgramSize"), off: 0 },
  max_new_tokens: { name: "maxNewTokens", schema: fieldValue("maxNewTokens") },
};

/** A value that is valid for the form's field. */
function fieldValue(name: keyof OwnSampling): v.GenericSchema<unknown, number> {
  const field = generationFields.find((one) => one.name === name);
  return v.custom<number>(
    (value) => field !== undefined && typeof value === "number" && fieldFault(field, value) === null,
  );
}
