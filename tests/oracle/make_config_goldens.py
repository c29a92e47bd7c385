"""Golden models under other spellings of config.json.

Usage: python tests/oracle/make_config_goldens.py

Writes tests/golden/configs.json: for each case the golden family of its weights, changes of
config.json (`change`, and removed keys in `without`), additional tensors (`extra`: copies of
another tensor, as it is or with its rows reversed) or missing ones (`missing`), and transformers'
logits at the last position of `ids`, or null if transformers raises an error. Encoder-decoders read
the first six ids and generate the others.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM

from common import COMMITTED_DIR, be_deterministic

IDS = [3, 17, 42, 5, 6, 7, 11, 90, 23, 8]
PROMPT = 6


@dataclass(frozen=True)
class Variant:
    """A golden model with a modified configuration."""

    name: str
    family: str
    change: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    extra: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Tensors by name: those of which they are copies, and whether with their rows in reverse."""
    missing: tuple[str, ...] = ()


LINEAR = {"rope_type": "linear", "factor": 4.0}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
THETA = {"rope_theta": 500000.0}
EMBED = "model.embed_tokens.weight"
LINEAR_BESIDE = {"full_attention": {"rope_type": "linear", "factor": 8.0}, "sliding_attention": {}}

ROPE = [
    Variant("rope_scaling beside rope_parameters", "llama", {"rope_scaling": {**LINEAR, "rope_theta": 10000.0}}),
    Variant("a base beside a nested one", "llama", THETA),
    Variant("a base beside a nested one without", "llama", {**THETA, "rope_parameters": LINEAR}),
    Variant("a base beside rope_scaling without", "llama", {**THETA, "rope_scaling": LINEAR}),
    Variant("an empty rope_scaling", "llama", {"rope_scaling": {}, "rope_parameters": {**LINEAR, **THETA}}),
    Variant("rope_scaling's own base", "llama", {**THETA, "rope_scaling": {**LINEAR, "rope_theta": 100.0}}),
    Variant("the older name of the type", "llama", {"rope_scaling": {"type": "linear", "factor": 2.0}}),
    Variant("both names of the type", "llama", {"rope_scaling": {**LINEAR, "type": "dynamic"}}),
    Variant("dynamic", "llama", {"rope_scaling": {"rope_type": "dynamic", "factor": 4.0}}),
    Variant("llama3 without the original length", "llama", {"rope_scaling": LLAMA3}),
    Variant(
        "llama3 with the original length outside",
        "llama",
        {"rope_scaling": {**LLAMA3, "original_max_position_embeddings": 32}, "original_max_position_embeddings": 64},
    ),
    Variant("llama3 without its factors", "llama", {"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}),
    Variant("linear without a factor", "llama", {"rope_scaling": {"rope_type": "linear"}}),
    Variant("longrope without its factors", "llama", {"rope_scaling": {"rope_type": "longrope", "factor": 4.0}}),
    Variant("part of a head, linear", "llama", {"partial_rotary_factor": 0.5, "rope_scaling": LINEAR}),
    Variant("part of a head, by default", "llama", {"partial_rotary_factor": 0.5}),
    Variant("all of a head, linear", "llama", {"partial_rotary_factor": 1.0, "rope_scaling": LINEAR}),
    Variant("qwen2 with settings for each kind of layer", "qwen2_window", {"rope_parameters": LINEAR_BESIDE}),
    Variant("gemma3's outer bases beside nested ones", "gemma3", {"rope_theta": 300.0, "rope_local_base_freq": 50.0}),
    Variant(
        "gemma3's outer bases where nested ones lack",
        "gemma3",
        {"rope_theta": 300.0, "rope_local_base_freq": 50.0, "rope_parameters": LINEAR_BESIDE},
    ),
    Variant("gemma3's own bases", "gemma3", {"rope_parameters": LINEAR_BESIDE}),
    Variant("gemma3's rope_scaling over rope_parameters", "gemma3", {"rope_scaling": {"factor": 2.0, **THETA}}),
    Variant(
        "gemma3's rope_scaling beside local settings alone",
        "gemma3",
        {"rope_scaling": LINEAR, "rope_parameters": {"sliding_attention": {"rope_type": "default"}}},
    ),
    Variant("gemma3's flat settings", "gemma3", {"rope_parameters": {"rope_type": "default", "rope_theta": 50.0}}),
    Variant("gemma3's older spelling", "gemma3", {"rope_scaling": LINEAR, **THETA}, without=("rope_parameters",)),
]

BIASES = "biases on all layers"
"""Also what tests/golden/gguf/llama_with_biases.gguf holds."""

HEADS = [
    Variant(BIASES, "llama3", {"rope_scaling": None}),
    Variant("a config that ties beside a head of its own", "llama", {"tie_word_embeddings": True}),
    Variant("a head of its own beside a config that ties", "llama_tied", extra={"lm_head.weight": (EMBED, True)}),
    Variant("the embedding again beside a config that ties", "llama_tied", extra={"lm_head.weight": (EMBED, False)}),
    Variant(
        "the head alone, tied",
        "llama_tied",
        extra={"lm_head.weight": (EMBED, False)},
        missing=(EMBED,),
    ),
    Variant("a head of its own in GPT-2", "gpt2", extra={"lm_head.weight": ("transformer.wte.weight", True)}),
    Variant("a head of its own in T5", "t5", extra={"lm_head.weight": ("shared.weight", True)}),
    Variant("T5 without a head, not tied", "t5", {"tie_word_embeddings": False}),
    Variant("mT5 without a head", "mt5", missing=("lm_head.weight",)),
    Variant("mT5 that says it is tied", "mt5", {"tie_word_embeddings": True}),
    Variant(
        "T5 by the embedding of its encoder",
        "t5",
        extra={"encoder.embed_tokens.weight": ("shared.weight", False)},
        missing=("shared.weight",),
    ),
]

LAYERS = [
    Variant(
        "mistral with layer_types", "mistral", {"layer_types": ["full_attention", "sliding_attention"]}
    ),
    Variant("mistral with layer_types of full layers", "mistral", {"layer_types": ["full_attention"] * 2}),
    Variant("mistral with layer_types null", "mistral", {"layer_types": None}),
    Variant(
        "mistral with layer_types and no window",
        "mistral",
        {"layer_types": ["full_attention", "sliding_attention"], "sliding_window": None},
    ),
    Variant(
        "qwen2 with layer_types and windows off",
        "qwen2_window",
        {"use_sliding_window": False, "layer_types": ["full_attention", "sliding_attention"]},
    ),
    Variant("qwen2 with windows off", "qwen2_window", {"use_sliding_window": False}, without=("layer_types",)),
    Variant("qwen2 with the older name of a kind", "qwen2_window", {"layer_types": ["sliding_attention", "attention"]}),
    Variant("qwen2 with layer_types of another length", "qwen2_window", {"layer_types": ["full_attention"]}),
    Variant("gemma3 with bounds of its scores", "gemma3", {"attn_logit_softcapping": 0.5}),
    Variant("gemma3 without a window", "gemma3", {"sliding_window": None}),
    Variant("gemma3 by the number of the layer", "gemma3", {"sliding_window_pattern": 2}, without=("layer_types",)),
]

SPELLINGS = [
    Variant("swish", "llama", {"hidden_act": "swish"}),
    Variant("gelu in llama", "llama", {"hidden_act": "gelu"}),
    Variant("gelu_new in qwen3", "qwen3", {"hidden_act": "gelu_new"}),
    Variant("silu in gemma3", "gemma3", {"hidden_activation": "silu"}),
    Variant("exact gelu in gpt2", "gpt2", {"activation_function": "gelu"}),
    Variant("relu in gpt2", "gpt2", {"activation_function": "relu"}),
    Variant("gelu in opt", "opt", {"activation_function": "gelu_fast"}),
    Variant("t5's dense_act_fn over its form", "t5", {"dense_act_fn": "gelu_new"}),
    Variant("t5 with plain gelu", "t5", {"feed_forward_proj": "gelu"}),
    Variant("t5 that does not scale", "t5", {"scale_decoder_outputs": False}),
    Variant("mt5 with gated silu", "mt5", {"feed_forward_proj": "gated-silu"}),
    Variant("mt5's gate over its form", "mt5", {"feed_forward_proj": "relu", "is_gated_act": True, "dense_act_fn": "gelu"}),
    Variant("gpt2's heads under both names", "gpt2", {"num_attention_heads": 2}),
    Variant(
        "gpt2's sizes under their other names",
        "gpt2",
        {"hidden_size": 36, "num_attention_heads": 3, "num_hidden_layers": 2, "max_position_embeddings": 64},
        without=("n_embd", "n_head", "n_layer", "n_positions"),
    ),
    Variant("bloom's heads under both names", "bloom", {"num_attention_heads": 6}),
    Variant("bloom's older name of its size", "bloom", {"n_embed": 36, "hidden_size": 64}),
    Variant("t5's heads under both names", "t5", {"num_attention_heads": 2, "head_dim": 16, "hidden_size": 32}),
    Variant("bloom, slow but exact, in one piece", "bloom", {"slow_but_exact": True}),
    Variant("a padding token from the end", "llama", {"pad_token_id": -1}),
    Variant("a padding token outside", "llama", {"pad_token_id": 400}),
    Variant("heads that do not divide the hidden size", "llama", {"num_attention_heads": 5, "num_key_value_heads": 5}),
]

VARIANTS = [*ROPE, *HEADS, *LAYERS, *SPELLINGS]


def write_folder(variant: Variant, folder: Path) -> None:
    base = COMMITTED_DIR / variant.family
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config = {key: value for key, value in config.items() if key not in variant.without}
    (folder / "config.json").write_text(json.dumps({**config, **variant.change}), encoding="utf-8")
    tensors = load_file(base / "model.safetensors")
    for name, (source, reverse) in variant.extra.items():
        tensors[name] = tensors[source].flip(0).contiguous() if reverse else tensors[source].clone()
    kept = {name: tensor for name, tensor in tensors.items() if name not in variant.missing}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def logits_of(folder: Path) -> list[float] | None:
    """transformers' logits at the last position; None if it raises an error."""
    try:
        config = AutoConfig.from_pretrained(folder)
        auto = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        model = auto.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        ids = torch.tensor([IDS])
        with torch.no_grad():
            if config.is_encoder_decoder:
                logits = model(input_ids=ids[:, :PROMPT], labels=ids[:, PROMPT:]).logits
            else:
                logits = model(ids).logits
    except Exception as error:  # Whatever it raises, the model cannot be used.
        print(f"  raises {type(error).__name__}: {str(error).splitlines()[0][:100]}")
        return None
    return [float(f"{value:.7g}") for value in logits[0, -1].tolist()]


def main() -> None:
    be_deterministic()
    cases = []
    for variant in VARIANTS:
        print(variant.name)
        with tempfile.TemporaryDirectory() as folder:
            write_folder(variant, Path(folder))
            logits = logits_of(Path(folder))
        case = {"name": variant.name, "family": variant.family, "change": variant.change}
        for key in ("without", "extra", "missing"):
            if getattr(variant, key):
                case[key] = getattr(variant, key)
        cases.append({**case, "logits": logits})
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{\n"ids": {json.dumps(IDS)},\n"prompt": {PROMPT},\n"cases": [\n{lines}\n]\n}}\n'
    (COMMITTED_DIR / "configs.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
