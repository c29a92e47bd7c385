"""Base models with learned positions or relative position biases: GPT-2, OPT, BLOOM, and T5 with an
encoder."""

from __future__ import annotations

from transformers import BloomConfig, GPT2Config, MT5Config, OPTConfig, T5Config

from golden_family import Family

GPT2_SIZES = {
    "n_embd": 36,
    "n_inner": 44,
    "n_head": 3,
    "n_positions": 64,
    "resid_pdrop": 0.0,
    "embd_pdrop": 0.0,
    "attn_pdrop": 0.0,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": 0,
}

OPT_SIZES = {
    "hidden_size": 32,
    "ffn_dim": 44,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "dropout": 0.0,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": 0,
}

T5_SIZES = {
    "d_model": 32,
    "d_ff": 44,
    "dropout_rate": 0.0,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": 0,
    "decoder_start_token_id": 0,
}

GPT_KIN: dict[str, Family] = {
    "gpt2": Family(
        GPT2Config(vocab_size=98, n_layer=2, **GPT2_SIZES),
        greedy_tokens=12,
    ),
    "opt": Family(OPTConfig(vocab_size=100, **OPT_SIZES)),
    "opt_350m": Family(
        OPTConfig(
            vocab_size=100, do_layer_norm_before=False, word_embed_proj_dim=20, **OPT_SIZES
        )
    ),
    "bloom": Family(
        BloomConfig(
            vocab_size=95,
            hidden_size=36,
            n_layer=2,
            n_head=3,
            bos_token_id=None,
            eos_token_id=None,
            pad_token_id=0,
        )
    ),
}

ENCODER_DECODERS: dict[str, Family] = {
    # Three blocks a stack, so that the prefix of each is another; few buckets, so that texts of
    # these lengths use all of them.
    "t5": Family(
        T5Config(
            vocab_size=106,
            num_layers=3,
            d_kv=8,
            num_heads=4,
            relative_attention_num_buckets=8,
            relative_attention_max_distance=12,
            **T5_SIZES,
        )
    ),
    "mt5": Family(
        MT5Config(
            vocab_size=104,
            num_layers=2,
            d_kv=12,
            num_heads=3,
            relative_attention_num_buckets=16,
            relative_attention_max_distance=20,
            **T5_SIZES,
        )
    ),
}
