"""Base models of 2024 and later with Llama's building blocks, and GPT-NeoX."""

from __future__ import annotations

from transformers import (
    GPTNeoXConfig,
    Gemma3Config,
    GraniteConfig,
    Olmo2Config,
    Phi3Config,
    SmolLM3Config,
    Starcoder2Config,
)

from golden_family import Family

SIZES = {
    "hidden_size": 24,
    "intermediate_size": 28,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": 0,
}

KINDS = ("lora_all", "dora", "ia3", "prefix", "prompt")
"""One case of each kind of method that a family may be taken for another in."""


def family(config: object, *cases: str, without: tuple[str, ...] = ()) -> Family:
    """LoRA and the given cases are committed; `--rest` makes all others except `without`."""
    committed = ("lora", *cases)
    rest = tuple(kind for kind in KINDS if kind not in (*committed, *without))
    return Family(config, greedy_tokens=12, cases=committed, rest=rest)


TODAY: dict[str, Family] = {
    "gemma3_pictures": family(
        Gemma3Config(
            text_config={
                "vocab_size": 89,
                "query_pre_attn_scalar": 20,
                "head_dim": 8,
                "sliding_window": 6,
                "layer_types": ["sliding_attention", "full_attention"],
                **SIZES,
            },
            vision_config={
                "hidden_size": 4,
                "intermediate_size": 4,
                "num_hidden_layers": 1,
                "num_attention_heads": 1,
                "image_size": 4,
                "patch_size": 2,
                "num_channels": 1,
            },
            mm_tokens_per_image=1,
        ),
        # PEFT would train the vision tower's biases too, which no text reaches.
        without=("lora_all",),
    ),
    "phi3": family(
        Phi3Config(
            vocab_size=71,
            # More than llama.cpp makes room for, which takes the other divisors otherwise.
            original_max_position_embeddings=512,
            # Of 6 dimensions of a head 4 turn.
            rope_parameters={
                "rope_type": "longrope",
                "rope_theta": 10000.0,
                "partial_rotary_factor": 0.75,
                "short_factor": [1.1, 1.7],
                "long_factor": [2.0, 9.0],
            },
            **{**SIZES, "max_position_embeddings": 2048},
        ),
        "lora_all",
    ),
    "smollm3": family(
        SmolLM3Config(
            vocab_size=73,
            # Its three frequencies are kept, interpolated in part, and interpolated.
            rope_parameters={
                "rope_type": "yarn",
                "rope_theta": 100.0,
                "factor": 4.0,
                "original_max_position_embeddings": 32,
            },
            **{**SIZES, "num_hidden_layers": 4},
        )
    ),
    "granite": family(
        GraniteConfig(
            vocab_size=79,
            embedding_multiplier=6.0,
            residual_multiplier=0.3,
            attention_multiplier=0.2,
            logits_scaling=4.0,
            tie_word_embeddings=True,
            **SIZES,
        )
    ),
    "olmo2": family(Olmo2Config(vocab_size=83, **SIZES)),
    "starcoder2": family(Starcoder2Config(vocab_size=67, **SIZES)),
    "gpt_neox": family(
        # Of 8 dimensions of a head 4 turn.
        GPTNeoXConfig(
            vocab_size=61,
            rope_parameters={
                "rope_type": "default",
                "rope_theta": 10000.0,
                "partial_rotary_factor": 0.5,
            },
            **{k: v for k, v in SIZES.items() if k != "num_key_value_heads"}
            | {"num_attention_heads": 3},
        ),
        "lora_all",
    ),
}
