"""The tiny random base models of the goldens: one entry per model family or variant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    BloomConfig,
    Gemma3TextConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    MT5Config,
    OPTConfig,
    PretrainedConfig,
    PreTrainedModel,
    Qwen2Config,
    Qwen3Config,
    T5Config,
)

from common import GOLDEN_DIR, random_like, write_json
from nf4_reference import Nf4, check_reference, quantise_blocks

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


@dataclass(frozen=True)
class Family:
    """A base model: its configuration and how config.json spells rotary positions."""

    config: PretrainedConfig
    legacy_rope_keys: bool = False
    """Write `rope_theta` and `rope_scaling`, as checkpoints older than transformers 5 do."""
    greedy_tokens: int = 32
    """Length of its greedy answers."""
    quantization: Nf4 | None = None
    """How its layers are quantised while it loads; its files are not."""
    cases: tuple[str, ...] | None = None
    """The only cases that are made of it; None where each case says so itself."""


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


def _nf4(config: PretrainedConfig, block_size: int, double: bool) -> Family:
    """A model of one block as QLoRA trains it, without DoRA and with it."""
    return Family(
        config,
        greedy_tokens=8,
        quantization=Nf4(block_size, double),
        cases=("lora", "dora"),
    )


def _small_llama() -> LlamaConfig:
    return LlamaConfig(vocab_size=71, **{**LLAMA_SIZES, "num_hidden_layers": 1})


def _small_gpt2() -> GPT2Config:
    return GPT2Config(vocab_size=73, n_layer=1, **GPT2_SIZES)


FAMILIES: dict[str, Family] = {
    "llama": Family(
        LlamaConfig(vocab_size=97, tie_word_embeddings=False, rms_norm_eps=1e-5, **LLAMA_SIZES),
        greedy_tokens=12,
    ),
    "llama_tied": Family(
        LlamaConfig(vocab_size=96, tie_word_embeddings=True, rms_norm_eps=1e-6, **LLAMA_SIZES),
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
    "gpt2": Family(
        GPT2Config(vocab_size=98, n_layer=2, **GPT2_SIZES),
        greedy_tokens=12,
    ),
    "llama_nf4": _nf4(_small_llama(), 64, double=False),
    "llama_nf4_256_double": _nf4(_small_llama(), 256, double=True),
    "gpt2_nf4_double": _nf4(_small_gpt2(), 64, double=True),
    "gpt2_nf4_256": _nf4(_small_gpt2(), 256, double=False),
    "opt": Family(OPTConfig(vocab_size=100, **OPT_SIZES)),
    "opt_350m": Family(
        OPTConfig(
            vocab_size=100, do_layer_norm_before=False, word_embed_proj_dim=20, **OPT_SIZES
        )
    ),
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


def reads_pairs(family: str) -> bool:
    """Whether an encoder reads the prompt and a decoder writes the answer."""
    return FAMILIES[family].config.is_encoder_decoder


def auto_model(family: str) -> type:
    """The class of transformers that loads the family's models."""
    return AutoModelForSeq2SeqLM if reads_pairs(family) else AutoModelForCausalLM


def build_base(family: str) -> PreTrainedModel:
    """The family's model in float32, eager attention, with its seeded weights."""
    model = auto_model(family).from_config(
        FAMILIES[family].config, dtype=torch.float32, attn_implementation="eager"
    )
    if family == "mt5":  # Its checkpoints have a head of their own, whatever its config says.
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.lm_head.weight))
    for name, parameter in model.named_parameters():
        is_norm = "norm" in name or ".ln_" in name
        # Gemma's norms add one to their weights.
        center = 0 if family == "gemma3" else 1
        if name.endswith("bias"):
            value = random_like(parameter.shape, 0.1, family, name)
        elif is_norm:
            value = center + random_like(parameter.shape, 0.2, family, name)
        else:
            # T5 does not scale its scores: with larger values they would leave no gradient.
            is_score = family in ("t5", "mt5") and name.endswith((".q.weight", ".k.weight"))
            # The first T5 scales what its tied head reads instead.
            is_tied = name == "shared.weight" and family == "t5"
            scale = 1.0 if is_tied else 0.1 if is_score else 0.2
            value = random_like(parameter.shape, scale, family, name)
        parameter.data.copy_(value)
    return model.eval()


def load_base(family: str) -> PreTrainedModel:
    """The committed base model, read back from tests/golden/<family>, in the numbers it has once it
    is loaded."""
    model = auto_model(family).from_pretrained(
        GOLDEN_DIR / family, dtype=torch.float32, attn_implementation="eager"
    )
    how = FAMILIES[family].quantization
    if how:
        check_reference()
    return (quantise_blocks(model, how) if how else model).eval()


def write_base(family: str, model: PreTrainedModel) -> None:
    """Writes config.json and model.safetensors as `save_pretrained` does, and no other file."""
    folder = GOLDEN_DIR / family
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    how = FAMILIES[family].quantization
    if how:
        write_json(folder / "quantization.json", how.as_json())
    if FAMILIES[family].legacy_rope_keys:
        _respell_rope(folder / "config.json")


def _respell_rope(path: Path) -> None:
    config = json.loads(path.read_text(encoding="utf-8"))
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
