"""Random models with PyTorch's results.

Usage: python tests/oracle/random_models.py OUT [--first N] [--seeds N] [family ...]

For each seed writes a model of every family, OUT/<family>-<seed>: config.json, model.safetensors,
and PyTorch's logits and gradients in the goldens' form (golden.safetensors) with their rounding
error (noise.json), or refused.txt with transformers' error.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedModel

from common import be_deterministic, random_like, relative_l2
from golden_batch import Batch, make_batch, masked_logits, micro_loss
from golden_training import first_gradients, softmax_as_it_comes, supervised_count
from random_configs import FAMILIES, random_config


def random_weights(model: PreTrainedModel, family: str, seed: int) -> None:
    """Values that keep activations bounded, and norms near one."""
    for name, parameter in model.named_parameters():
        is_norm = "norm" in name or ".ln_" in name
        center = 0 if not is_norm or family.startswith("gemma3") else 1
        scale = 0.1 if name.endswith("bias") else 0.2 if is_norm else 0.3
        value = random_like(parameter.shape, scale, family, str(seed), name)
        parameter.data.copy_(center + value)


def stored_tensors(model: PreTrainedModel, rng: Random) -> dict[str, Tensor]:
    """A file's tensors: each parameter once, occasionally with a separate head or a second copy of
    the embedding."""
    tensors = {name: parameter.data.clone() for name, parameter in model.named_parameters()}
    head = model.get_output_embeddings().weight
    if head is model.get_input_embeddings().weight and rng.random() < 0.3:
        own = torch.flip(head.data, (0,)) if rng.random() < 0.5 else head.data
        tensors["lm_head.weight"] = own.contiguous().clone()
    return tensors


def write_model(family: str, seed: int, folder: Path) -> None:
    rng = Random(f"files {family} {seed}")
    folder.mkdir(parents=True)
    config = random_config(family, seed)
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    try:
        loaded = AutoConfig.from_pretrained(folder)
        auto = AutoModelForSeq2SeqLM if loaded.is_encoder_decoder else AutoModelForCausalLM
        model = auto.from_config(loaded, dtype=torch.float32)
        random_weights(model, family, seed)
        save_file(stored_tensors(model, rng), folder / "model.safetensors", metadata={"format": "pt"})
        options: dict[str, Any] = {"dtype": torch.float32, "attn_implementation": "eager"}
        model = auto.from_pretrained(folder, **options).eval()
        freeze_pictures(model)
        tensors = answers(model, f"{family} {seed}")
        noise = rounding(model, tensors)
    except Exception as error:  # Whatever it raises, the model cannot be used.
        (folder / "refused.txt").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        return
    save_file(tensors, folder / "golden.safetensors")
    (folder / "noise.json").write_text(json.dumps(noise), encoding="utf-8")


def freeze_pictures(model: PreTrainedModel) -> None:
    """Texts do not pass through these parts."""
    for name, parameter in model.named_parameters():
        if name.startswith(("model.vision_tower.", "model.multi_modal_projector.")):
            parameter.requires_grad_(False)


def answers(model: PreTrainedModel, key: str) -> dict[str, Tensor]:
    batch = make_batch(key, model.config.get_text_config().vocab_size)
    gradients = first_gradients(model, batch)
    return {
        "input_ids": batch.input_ids.int(),
        "attention_mask": batch.attention_mask.int(),
        "labels": batch.labels.int(),
        "logits": masked_logits(model, batch).contiguous(),
        **{f"grad.{name}": value.contiguous() for name, value in gradients.items()},
    }


def rounding(model: PreTrainedModel, tensors: dict[str, Tensor]) -> dict[str, float]:
    """PyTorch's error in float32 compared with float64, or what weights rounded otherwise change, if
    that is more: a norm of values near zero amplifies rounding."""
    model = model.double()
    for module in model.modules():  # This path is for float32 alone.
        if hasattr(module, "reorder_and_upcast_attn"):
            module.reorder_and_upcast_attn = False
    batch = Batch(*(tensors[name].long() for name in ("input_ids", "attention_mask", "labels")))
    with softmax_as_it_comes():  # In float32 a row without any key would be -inf throughout.
        wide = measured(model, batch)
        perturb(model)
        moved = measured(model, batch)
    return {part: max(apart(tensors, wide, part), apart(moved, wide, part)) for part in ("logits", "grad")}


def measured(model: PreTrainedModel, batch: Batch) -> dict[str, Tensor]:
    logits = masked_logits(model, batch)
    model.zero_grad()
    summed, _ = micro_loss(model, batch.input_ids[0], batch.attention_mask[0], batch.labels[0])
    (summed / supervised_count(batch.labels[0])).backward()
    trained = [(name, p.grad.clone()) for name, p in model.named_parameters() if p.requires_grad]
    return {"logits": logits, **{f"grad.{name}": gradient for name, gradient in trained}}


def perturb(model: PreTrainedModel) -> None:
    """Moves each weight by about the rounding error of float32."""
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        step = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
        parameter.data *= 1 + torch.finfo(torch.float32).eps / 2 * step


def apart(narrow: dict[str, Tensor], wide: dict[str, Tensor], part: str) -> float:
    names = [name for name in wide if name.startswith(part)]
    flat = [torch.cat([of[name].double().flatten() for name in names]) for of in (narrow, wide)]
    return relative_l2(*flat)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("families", nargs="*", default=list(FAMILIES))
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=10)
    args = parser.parse_intermixed_args()
    be_deterministic()
    for seed in range(args.first, args.first + args.seeds):
        for family in args.families:
            write_model(family, seed, args.out / f"{family}-{seed}")


if __name__ == "__main__":
    main()
