"""The tiny random base models of the goldens: one entry per model family or variant."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedModel

from common import GOLDEN_DIR, random_like, write_json
from families_gpt import ENCODER_DECODERS, GPT_KIN
from families_llama import LLAMA_KIN
from families_nf4 import QUANTISED
from families_today import TODAY
from golden_family import Family
from nf4_reference import check_reference, quantise_blocks

FAMILIES: dict[str, Family] = {**LLAMA_KIN, **GPT_KIN, **QUANTISED, **ENCODER_DECODERS, **TODAY}


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
        center = 0 if family.startswith("gemma3") else 1
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
    """The committed base model, read back from tests/golden/<family>, with the values it has once
    loaded.
    """
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
