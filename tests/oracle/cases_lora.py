"""LoRA's golden cases."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from peft import LoraConfig, PeftConfig, get_peft_model
from torch import nn
from transformers import PreTrainedModel

from golden_case import (
    TASK,
    Case,
    for_base,
    is_gpt2,
    modules,
    peft_case,
    randomise,
    trainable,
)

PLUS_RATIO = 8.0
WITH_BIASES = ("llama_tied", "qwen2", "gpt2")


def _lora(family: str) -> PeftConfig:
    """PEFT's default targets, alpha / r = 2."""
    return LoraConfig(task_type=TASK, r=4, lora_alpha=8, fan_in_fan_out=is_gpt2(family))


def _all(family: str) -> PeftConfig:
    """Every linear layer, rank-stabilised, one module with its own rank and alpha, all biases."""
    own = modules(family).down.replace(".", r"\.")
    return LoraConfig(
        task_type=TASK,
        r=3,
        lora_alpha=6,
        target_modules="all-linear",
        use_rslora=True,
        bias="all",
        rank_pattern={own: 5},
        alpha_pattern={own: 7},
        fan_in_fan_out=is_gpt2(family),
    )


def _only_bias(family: str) -> PeftConfig:
    """The biases of the targeted modules train beside their LoRA matrices."""
    names = modules(family)
    targets = [names.q, names.up] if names.fused else [names.q, names.k]
    return LoraConfig(
        task_type=TASK,
        r=2,
        lora_alpha=4,
        target_modules=targets,
        bias="lora_only",
        fan_in_fan_out=is_gpt2(family),
    )


def _layers(family: str) -> PeftConfig:
    """A list of targets in the second layer only; the Gaussian initialisation is recorded."""
    names = modules(family)
    targets = sorted({names.q, names.v, names.down})
    return LoraConfig(
        task_type=TASK,
        r=4,
        lora_alpha=4,
        target_modules=targets,
        layers_to_transform=[1],
        init_lora_weights="gaussian",
        fan_in_fan_out=is_gpt2(family),
    )


def _regex(family: str) -> PeftConfig:
    """Targets given as one regular expression over the module path."""
    pattern = modules(family).some
    return LoraConfig(
        task_type=TASK, r=3, lora_alpha=5, target_modules=pattern, fan_in_fan_out=is_gpt2(family)
    )


def _dora(family: str) -> PeftConfig:
    """DoRA on q (or the fused layer) and the MLP's last layer."""
    names = modules(family)
    targets = [names.q, names.down]
    return LoraConfig(
        task_type=TASK,
        r=3,
        lora_alpha=6,
        target_modules=targets,
        use_dora=True,
        fan_in_fan_out=is_gpt2(family),
    )


def _plus(family: str) -> PeftConfig:
    """LoRA+ with a ratio of eight, biases on lora_B where the layer has one, and one excluded
    target."""
    names = modules(family)
    last = names.down.split(".")[-1]
    targets = [names.q, names.up, last] if names.fused else [names.q, names.k, names.v]
    return LoraConfig(
        task_type=TASK,
        r=2,
        lora_alpha=4,
        target_modules=targets,
        exclude_modules=[names.down if names.fused else names.k],
        lora_bias=family in ("qwen2", "qwen2_window", "llama3", "gpt2", "opt", "opt_350m", "bloom"),
        fan_in_fan_out=is_gpt2(family),
    )


def _plus_factor(name: str) -> float:
    return PLUS_RATIO if ".lora_B." in name else 1.0


def _ends(family: str) -> PeftConfig:
    """Updates of the embeddings and the head, and of q; a tied head is untied."""
    names = modules(family)
    return LoraConfig(
        task_type=TASK,
        r=3,
        lora_alpha=6,
        target_modules=[names.q, *names.tables, "lm_head"],
        fan_in_fan_out=is_gpt2(family),
    )


def _whole(family: str) -> PeftConfig:
    """A norm, linear layers, the token embedding if it is a single module, and the head, trained in
    full."""
    names = modules(family)
    return LoraConfig(
        task_type=TASK,
        r=2,
        lora_alpha=4,
        target_modules=[names.q],
        modules_to_save=[names.norm, names.down, *names.tables[:1], "lm_head"],
        fan_in_fan_out=is_gpt2(family),
    )


def _pissa(family: str) -> PeftConfig:
    """PiSSA initialisation for two kinds of layers."""
    names = modules(family)
    return LoraConfig(
        task_type=TASK,
        r=3,
        lora_alpha=6,
        target_modules=[names.q, names.down],
        init_lora_weights="pissa",
        fan_in_fan_out=is_gpt2(family),
    )


def _build_pissa(base: PreTrainedModel, family: str, case: str) -> nn.Module:
    """PEFT subtracts the initial update from the base weights; it is also stored here, since PEFT's
    conversion to a plain LoRA needs it. Training starts from random values, as in all cases."""
    model = get_peft_model(base, for_base(_pissa(family), base))
    model.start = {
        name.replace(".lora_", ".pissa_").removesuffix(".weight"): value.detach().clone()
        for name, value in trainable(model).items()
    }
    model.start_folder = tempfile.mkdtemp()
    model.peft_config["default"].init_lora_weights = True
    model.save_pretrained(model.start_folder)
    randomise(model, family, case)
    return model.train()


def _save_pissa(model: nn.Module, folder: Path) -> None:
    model.peft_config["default"].init_lora_weights = "pissa"
    model.save_pretrained(folder, path_initial_model_for_weight_conversion=model.start_folder)


PISSA = replace(
    peft_case(
        _pissa,
        options={"r": 3, "lora_alpha": 6, "init_lora_weights": "pissa"},
        converts=True,
        fixed=lambda model: model.start,
    ),
    build=_build_pissa,
    save=_save_pissa,
)

CASES: dict[str, Case] = {
    "lora": peft_case(_lora, committed=None),
    "lora_all": peft_case(_all, committed=None),
    "lora_only_bias": peft_case(_only_bias, committed=WITH_BIASES),
    "lora_layers": peft_case(_layers),
    "lora_regex": peft_case(_regex),
    "lora_plus": peft_case(
        _plus,
        committed=WITH_BIASES,
        options={"loraplus_lr_ratio": PLUS_RATIO},
        learning_rate_factor=_plus_factor,
    ),
    "lora_ends": peft_case(_ends),
    "lora_whole": peft_case(_whole),
    "lora_pissa": PISSA,
    "dora": peft_case(_dora, committed=WITH_BIASES),
}
