/* What becomes of metadata that is not read. Keys are llama.cpp's; `tests/oracle/check_gguf_keys.py` looks up each one. */

/** Values at which a key changes nothing. */
type Neutral = readonly (string | number | boolean)[];

const OFF: Neutral = [0, false];

const off = (...keys: readonly string[]): Record<string, Neutral> =>
  Object.fromEntries(keys.map((key) => [key, OFF]));

/** Keys of an architecture, without its prefix, that do not affect computation. */
export const NO_EFFECT: Readonly<Record<string, readonly string[]>> = {
  // Implied by the embedding's shape.
  implied: ["vocab_size"],
  // From files before GGUF fixed the order.
  layout: ["tensor_data_layout"],
  // Whether the context was extended, and the original length.
  informational: ["rope.scaling.finetuned", "rope.scaling.original_context_length"],
  // How embeddings of texts are made of the hidden states.
  "text-embeddings": [
    "pooling_type",
    "dense_2_feat_in",
    "dense_2_feat_out",
    "dense_3_feat_in",
    "dense_3_feat_out",
  ],
  // Names of the classes of a classifier, whose head would be a tensor.
  classifier: ["classifier.output_labels"],
};

/** Keys of an architecture that are refused at other values. */
export const REFUSED: Readonly<Record<string, Neutral>> = {
  "attention.causal": [true],
  "rope.scaling.attn_factor": [1],
  "rope.scaling.type": ["none", "linear"],
  "rope.scaling.yarn_attn_factor": [1],
  "rope.scaling.yarn_beta_fast": [32],
  "rope.scaling.yarn_beta_slow": [1],
  "rope.scaling.yarn_ext_factor": [-1],
  use_parallel_residual: [false],
  ...off(
    "rope.scale_linear",
    "rope.scaling.factor",
    "rope.scaling.alpha",
    "rope.scaling.yarn_log_multiplier",
    "rope.dimension_count",
    "rope.dimension_count_swa",
    "rope.dimension_sections",
    "rope.freq_base",
    "rope.freq_base_swa",
    "attention.clamp_kqv",
    "attention.max_alibi_bias",
    "attention.scale",
    "attention.output_scale",
    "attention.temperature_length",
    "attention.temperature_scale",
    "attention.sliding_window",
    "attention.sliding_window_pattern",
    "attention.shared_kv_layers",
    "attention.key_length",
    "attention.value_length",
    "attention.key_length_swa",
    "attention.value_length_swa",
    "attention.layer_norm_epsilon",
    "attention.layer_norm_rms_epsilon",
    "logit_scale",
    "residual_scale",
    "embedding_scale",
    "embedding_length_out",
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "swin_norm",
    "activation_sparsity_scale",
    "nextn_predict_layers",
    "n_deepstack_layers",
  ),
  // Multi-head latent attention.
  ...off(
    "attention.q_lora_rank",
    "attention.kv_lora_rank",
    "attention.key_length_mla",
    "attention.value_length_mla",
    "attention.indexer.head_count",
    "attention.indexer.key_length",
    "attention.indexer.top_k",
  ),
  // Mixtures of experts.
  ...off(
    "expert_count",
    "expert_used_count",
    "expert_shared_count",
    "expert_group_count",
    "expert_group_used_count",
    "expert_weights_scale",
    "expert_weights_norm",
    "expert_gating_func",
    "expert_group_scale",
    "experts_per_group",
    "expert_feed_forward_length",
    "expert_shared_feed_forward_length",
    "expert_chunk_feed_forward_length",
    "moe_every_n_layers",
    "moe_latent_size",
    "interleave_moe_layer_step",
    "leading_dense_block_count",
    "router_logit_softcapping",
    "swiglu_clamp_exp",
    "swiglu_clamp_shexp",
  ),
  // Encoder-decoders, state spaces, recurrent models, pictures and sound.
  ...off(
    "decoder_start_token_id",
    "decoder_block_count",
    "attention.relative_buckets_count",
    "attention.group_norm_epsilon",
    "attention.group_norm_groups",
    "attention.decay_lora_rank",
    "attention.iclr_lora_rank",
    "attention.value_residual_mix_lora_rank",
    "attention.gate_lora_rank",
    "full_attention_interval",
    "features_length",
    "rescale_every_n_layers",
    "time_mix_extra_dim",
    "time_decay_extra_dim",
    "token_shift_count",
    "altup.active_idx",
    "altup.num_inputs",
    "embedding_length_per_layer_input",
    "ssm.conv_kernel",
    "ssm.inner_size",
    "ssm.state_size",
    "ssm.time_step_rank",
    "ssm.group_count",
    "ssm.dt_b_c_rms",
    "kda.head_dim",
    "wkv.head_size",
    "posnet.embedding_length",
    "posnet.block_count",
    "convnext.embedding_length",
    "convnext.block_count",
    "shortconv.l_cache",
  ),
};

/** Keys of the tokenizer that change neither ids nor text. */
export const TOKENIZER_NO_EFFECT: Readonly<Record<string, readonly string[]>> = {
  // Names of tokens that are in the vocabulary; only prompts that ask for them contain them.
  names: [
    "ggml.seperator_token_id",
    "ggml.cls_token_id",
    "ggml.mask_token_id",
    "ggml.fim_pre_token_id",
    "ggml.fim_suf_token_id",
    "ggml.fim_mid_token_id",
    "ggml.fim_pad_token_id",
    "ggml.fim_rep_token_id",
    "ggml.fim_sep_token_id",
    "ggml.prefix_token_id",
    "ggml.suffix_token_id",
    "ggml.middle_token_id",
  ],
  // BERT's segments.
  segments: ["ggml.token_type_count"],
  // llama.cpp does not read it either.
  copy: ["huggingface.json"],
  // Read where the kind of tokenizer has them; others ignore them, as in llama.cpp.
  "other-kinds": ["ggml.pre", "ggml.merges", "ggml.add_space_prefix", "ggml.remove_extra_whitespaces"],
  // Templates for other purposes than chat.
  templates: ["chat_templates"],
};

/** Keys of the tokenizer that are refused at other values. */
export const TOKENIZER_REFUSED: Readonly<Record<string, Neutral>> = off(
  "ggml.add_sep_token",
  "ggml.precompiled_charsmap",
  "rwkv.world",
);

/** Named chat templates beside the default one. */
export const NAMED_TEMPLATE = /^chat_template\.[^.]+$/;

/** Sampler settings of llama.cpp by generation_config.json's names, where there is one. */
export const SAMPLING_NAMES: Readonly<Record<string, string>> = {
  temp: "temperature",
  top_k: "top_k",
  top_p: "top_p",
  min_p: "min_p",
};
