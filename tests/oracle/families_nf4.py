"""Base models whose layers are quantised on loading, as in QLoRA."""

from __future__ import annotations

from transformers import GPT2Config, LlamaConfig, PretrainedConfig

from families_gpt import GPT2_SIZES
from families_llama import LLAMA_SIZES
from golden_family import Family
from nf4_reference import Nf4


def _nf4(config: PretrainedConfig, block_size: int, double: bool) -> Family:
    """A one-block model under QLoRA, with and without DoRA."""
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


QUANTISED: dict[str, Family] = {
    "llama_nf4": _nf4(_small_llama(), 64, double=False),
    "llama_nf4_256_double": _nf4(_small_llama(), 256, double=True),
    "gpt2_nf4_double": _nf4(_small_gpt2(), 64, double=True),
    "gpt2_nf4_256": _nf4(_small_gpt2(), 256, double=False),
}
