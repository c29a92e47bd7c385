import type { RefusedSetting } from "../../../lib/problems/models-problems";

/**
 * Why a key of config.json has no effect here:
 * - "bookkeeping": names the file, its author or precision
 * - "initialisation": controls random weights, which are loaded instead
 * - "other-heads": concerns classification heads and the like
 * - "outputs": selects return values or caching
 * - "generation": superseded by generation_config.json and the user's settings
 * - "dropout": an unsupported dropout that is off by default
 * - "numerics": a different way to compute the same values
 * - "pictures": concerns the vision tower
 * - "not-applied": transformers has the key but its model does not read it
 */
export type NoEffectReason =
  | "bookkeeping"
  | "initialisation"
  | "other-heads"
  | "outputs"
  | "generation"
  | "dropout"
  | "numerics"
  | "pictures"
  | "not-applied";

export type NoEffectKeys = Readonly<Partial<Record<NoEffectReason, readonly string[]>>>;

/** Unsupported settings, with the values that disable them. */
export type RefusedKeys = Readonly<Partial<Record<RefusedSetting, readonly unknown[]>>>;

/** Keys of transformers' `PreTrainedConfig`, including legacy ones. */
export const COMMON_NO_EFFECT: NoEffectKeys = {
  bookkeeping: [
    "_name_or_path",
    "name_or_path",
    "_commit_hash",
    "architectures",
    "auto_map",
    "dtype",
    "model_type",
    "tokenizer_class",
    "torch_dtype",
    "transformers_version",
    "unsloth_fixed",
    "unsloth_version",
    "use_bfloat16",
  ],
  initialisation: ["initializer_range", "initializer_factor", "init_std"],
  "other-heads": [
    "classifier_dropout",
    "cross_attention_hidden_size",
    "finetuning_task",
    "id2label",
    "label2id",
    "num_labels",
    "problem_type",
    "task_specific_params",
  ],
  outputs: [
    "keys_to_ignore_at_inference",
    "output_attentions",
    "output_hidden_states",
    "return_dict",
    "tie_last_hidden_states",
    "torchscript",
    "use_cache",
  ],
  generation: [
    "assistant_confidence_threshold",
    "assistant_lookbehind",
    "bad_words_ids",
    "begin_suppress_tokens",
    "bos_token_id",
    "diversity_penalty",
    "do_sample",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "encoder_repetition_penalty",
    "eos_token_id",
    "epsilon_cutoff",
    "eta_cutoff",
    "exponential_decay_length_penalty",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "length_penalty",
    "max_length",
    "min_length",
    "no_repeat_ngram_size",
    "num_assistant_tokens",
    "num_assistant_tokens_schedule",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "output_past",
    "output_scores",
    "prefix",
    "remove_invalid_values",
    "repetition_penalty",
    "return_dict_in_generate",
    "sep_token_id",
    "suppress_tokens",
    "target_lookbehind",
    "temperature",
    "tf_legacy_loss",
    "top_k",
    "top_p",
    "typical_p",
  ],
  numerics: [
    "_attn_implementation",
    "_attn_implementation_autoset",
    "_attn_implementation_internal",
    "_experts_implementation",
    "_experts_implementation_internal",
    "attn_implementation",
    "experts_implementation",
    "chunk_size_feed_forward",
    "pretraining_tp",
    "gradient_checkpointing",
  ],
  // Single-stack families ignore the flags; the other keys belong to other families.
  "not-applied": [
    "add_cross_attention",
    "head_dim",
    "is_decoder",
    "is_encoder_decoder",
    "layer_types",
    "num_heads",
    "original_max_position_embeddings",
    "partial_rotary_factor",
    "rope_parameters",
    "rope_scaling",
    "rope_theta",
    "tie_encoder_decoder",
  ],
};

/** Refused in every family. */
export const COMMON_REFUSED: RefusedKeys = {
  per_layer_config: [null],
  pruned_heads: [null],
};
