"""Base models with Llama's architecture: Llama, Mistral, Qwen, Gemma."""

from __future__ import annotations

from transformers import (
    Gemma3TextConfig,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
)

from golden_family import Family

LLAMA_SIZES = {
    "hidden_size": 32,
    "intermediate_size": 44,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 128,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": 0,
}


def _llama3_rope() -> dict[str, object]:
    """With 8 dimensions the wavelengths are 6, 63, 628 and 6283 positions: below, inside and
    beyond the band of 16 to 64 in which the rule blends."""
    return {
        "rope_type": "llama3",
        "rope_theta": 10000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }


LLAMA_KIN: dict[str, Family] = {
    "llama": Family(
        LlamaConfig(vocab_size=97, tie_word_embeddings=False, rms_norm_eps=1e-5, **LLAMA_SIZES),
        greedy_tokens=12,
    ),
    "llama_tied": Family(
        LlamaConfig(
            vocab_size=96,
            tie_word_embeddings=True,
            rms_norm_eps=1e-6,
            # In the midst of its rows, as where the end of a text pads too.
            **{**LLAMA_SIZES, "pad_token_id": 81},
        ),
        legacy_rope_keys=True,
        greedy_tokens=12,
    ),
    "llama3": Family(
        LlamaConfig(
            vocab_size=99,
            tie_word_embeddings=False,
            attention_bias=True,
            mlp_bias=True,
            rms_norm_eps=1e-5,
            rope_parameters=_llama3_rope(),
            **LLAMA_SIZES,
        ),
        legacy_rope_keys=True,
        greedy_tokens=12,
    ),
    "qwen2": Family(
        Qwen2Config(
            vocab_size=101,
            tie_word_embeddings=True,
            rms_norm_eps=1e-6,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
            **{key: value for key, value in LLAMA_SIZES.items() if key != "head_dim"},
        ),
        greedy_tokens=12,
    ),
    "qwen2_window": Family(
        Qwen2Config(
            vocab_size=101,
            tie_word_embeddings=False,
            rms_norm_eps=1e-6,
            use_sliding_window=True,
            sliding_window=6,
            max_window_layers=1,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
            **{key: value for key, value in LLAMA_SIZES.items() if key != "head_dim"},
        )
    ),
    "mistral": Family(
        MistralConfig(
            vocab_size=103,
            tie_word_embeddings=False,
            rms_norm_eps=1e-5,
            sliding_window=7,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
            **LLAMA_SIZES,
        )
    ),
    "qwen3": Family(
        Qwen3Config(
            vocab_size=107,
            tie_word_embeddings=True,
            rms_norm_eps=1e-6,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
            **{**LLAMA_SIZES, "head_dim": 12},
        )
    ),
    "gemma3": Family(
        Gemma3TextConfig(
            vocab_size=109,
            rms_norm_eps=1e-6,
            query_pre_attn_scalar=20,
            sliding_window=6,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
            rope_parameters={
                "sliding_attention": {"rope_type": "default", "rope_theta": 100.0},
                "full_attention": {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 8.0},
            },
            **{**LLAMA_SIZES, "head_dim": 12, "num_hidden_layers": 3, "num_key_value_heads": 1},
        )
    ),
}
