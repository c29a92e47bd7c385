"""Definition of a golden case: how its adapter is created, saved and loaded, and where it is
committed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peft import (
    IA3Config,
    LoraConfig,
    PeftConfig,
    PeftModel,
    PrefixTuningConfig,
    get_peft_model,
)
from peft.utils.constants import TRANSFORMERS_MODELS_TO_IA3_TARGET_MODULES_MAPPING as IA3_TARGETS
from peft.utils.constants import TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING as LORA_TARGETS
from torch import Tensor, nn
from torch.nn import Parameter
from torch.optim import Optimizer
from transformers import PreTrainedModel

from common import random_like

TASK = "CAUSAL_LM"
ONE_OF_EACH_KIND = ("llama_tied", "gpt2")
"""Gated and plain, separate and fused, Linear and Conv1D, with and without biases."""


@dataclass(frozen=True)
class Case:
    """One configuration of one method. `save` writes adapter_config.json and
    adapter_model.safetensors; `load` puts such a folder onto a base model."""

    build: Callable[[PreTrainedModel, str, str], nn.Module]
    save: Callable[[nn.Module, Path], None]
    load: Callable[[PreTrainedModel, Path], nn.Module]
    describe: Callable[[nn.Module], dict[str, object]]
    trains_on: Callable[[str], bool] = lambda _family: True
    committed: tuple[str, ...] | None = ONE_OF_EACH_KIND
    """Families whose golden is in the repository, None for all; CI makes the others."""
    method: str | None = None
    """The studio's method, where adapter_config.json alone would be read as another."""
    options: Mapping[str, object] = field(default_factory=dict)
    """Options of the studio that adapter_config.json does not tell."""
    converts: bool = False
    """Whether the saved tensors are computed from the trained ones instead of being them."""
    fixed: Callable[[nn.Module], dict[str, Tensor]] = lambda _model: {}
    """Tensors that the method needs beside the trained ones and never changes."""
    learning_rate_factor: Callable[[str], float] = lambda _name: 1.0
    """Factor of the learning rate for a parameter."""
    before_step: Callable[[nn.Module, Optimizer, Any, int], None] = lambda _m, _o, _b, _s: None
    """What the method does before an optimizer step, counted from 0, on the case's batch."""
    add_penalty: Callable[[nn.Module], None] = lambda _model: None
    """Adds the gradients of what the method's loss has besides the cross entropy, once a step."""


@dataclass(frozen=True)
class Modules:
    """Names of a family's linear layers, as targets; `q`, `k` and `v` are equal if one layer
    computes all three. `some` is a regular expression over paths in the first block.
    """

    q: str
    k: str
    v: str
    up: str
    down: str
    some: str
    tables: tuple[str, ...] = ("embed_tokens",)
    norm: str = "model.norm"

    @property
    def fused(self) -> bool:
        """Whether one layer computes queries, keys and values."""
        return self.q == self.k


_SEPARATE = Modules(
    "q_proj", "k_proj", "v_proj", "up_proj", "down_proj", r".*\.0\.(self_attn\.[ko]|mlp\.up)_proj"
)
# Each stack has a module of its own for the one embedding, so that an update of it is none.
_PAIR_ENDS = {"tables": (), "norm": "decoder.final_layer_norm"}
_MODULES = {
    "phi3": Modules(
        *["qkv_proj"] * 3,
        up="gate_up_proj",
        down="down_proj",
        some=r".*\.0\.(self_attn\.o|mlp\.gate_up)_proj",
    ),
    "starcoder2": Modules(
        "q_proj", "k_proj", "v_proj", "c_fc", "c_proj", r".*\.0\.(self_attn\.k_proj|mlp\.c_fc)"
    ),
    "gpt_neox": Modules(
        *["query_key_value"] * 3,
        up="dense_h_to_4h",
        down="dense_4h_to_h",
        some=r".*\.layers\.0\..*\.dense(_4h_to_h)?",
        tables=("embed_in",),
        norm="gpt_neox.final_layer_norm",
    ),
    "gpt2": Modules(
        *["c_attn"] * 3,
        up="c_fc",
        down="mlp.c_proj",
        some=r".*\.h\.0\.(attn|mlp)\.c_proj",
        tables=("wte", "wpe"),
        norm="transformer.ln_f",
    ),
    "bloom": Modules(
        *["query_key_value"] * 3,
        up="dense_h_to_4h",
        down="dense_4h_to_h",
        some=r".*\.h\.0\..*\.dense(_4h_to_h)?",
        tables=("word_embeddings",),
        norm="transformer.ln_f",
    ),
    "opt": Modules(
        "q_proj",
        "k_proj",
        "v_proj",
        "fc1",
        "fc2",
        r".*\.0\.(self_attn\.k_proj|fc1)",
        norm="layers.1.final_layer_norm",
    ),
    "t5": Modules(
        *["q", "k", "v", "wi", "wo"],
        some=r"encoder\.block\.0\.layer\.(0\.SelfAttention\.[ko]|1\.DenseReluDense\.wi)",
        **_PAIR_ENDS,
    ),
    "mt5": Modules(
        *["q", "k", "v", "wi_1", "wo"],
        some=r"decoder\.block\.0\.layer\.(1\.EncDecAttention\.[ko]|2\.DenseReluDense\.wi_0)",
        **_PAIR_ENDS,
    ),
}


def modules(family: str) -> Modules:
    """Layer names of a family, or of a variant ("opt_350m")."""
    return _MODULES.get(family) or _MODULES.get(family.split("_")[0], _SEPARATE)


def own_targets(config: PeftConfig, family: str, model_type: str) -> PeftConfig:
    """Targets where PEFT has no defaults for the family: queries (keys for (IA)³) and values."""
    names = modules(family)
    if isinstance(config, IA3Config):
        if config.target_modules is None and model_type not in IA3_TARGETS:
            config.target_modules = {names.k, names.v, names.down}
            config.feedforward_modules = {names.down}
    elif isinstance(config, LoraConfig):
        if config.target_modules is None and model_type not in LORA_TARGETS:
            config.target_modules = {names.q, names.v}
    if model_type == "gemma3" and hasattr(config, "exclude_modules"):
        config.exclude_modules = r"model\.vision_tower\..*"
    return config


def is_gpt2(family: str) -> bool:
    """Whether the family stores its layers as Conv1D."""
    return family.split("_")[0] == "gpt2"


def token_dim(family: str) -> int | None:
    """Width of the embeddings where it must be given to PEFT, which assumes the hidden size."""
    return 20 if family == "opt_350m" else None


def peft_case(config: Callable[[str], PeftConfig], **details: object) -> Case:
    """A case that PEFT itself trains, saves and loads."""

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        options = own_targets(for_base(config(family), base), family, base.config.model_type)
        model = get_peft_model(base, options)
        randomise(model, family, case)
        return model.train()

    def load(base: PreTrainedModel, folder: Path) -> nn.Module:
        return PeftModel.from_pretrained(base, folder).eval()

    def save(model: nn.Module, folder: Path) -> None:
        model.save_pretrained(folder)

    return Case(build=build, save=save, load=load, describe=_describe_peft, **details)


def for_base(config: PeftConfig, base: PreTrainedModel) -> PeftConfig:
    """The configuration, adjusted for an encoder-decoder if necessary. PEFT takes the hidden size
    for the total width of all heads.
    """
    if base.config.is_encoder_decoder:
        config.task_type = "SEQ_2_SEQ_LM"
        if isinstance(config, PrefixTuningConfig):
            config.token_dim = base.config.num_heads * base.config.d_kv
    return config


def randomise(model: nn.Module, family: str, case: str) -> None:
    """Randomises every adapter value, lora_B included, so that no gradient vanishes. Scales
    (magnitudes, (IA)³) stay near their start; trained biases start from the base model's values.
    """
    copies = own_copies(model)
    for name, parameter in trainable(model).items():
        if name in copies:
            continue
        if name.endswith(".bias") and "lora_" not in name and not name.startswith("prompt_encoder."):
            continue
        near = "magnitude_vector" in name or ".ia3_l" in name
        scale = 0.5 if name == "prompt_encoder.embedding.weight" else 0.2
        scale *= calm(family)
        noise = random_like(parameter.shape, 0.1 if near else scale, family, case, name)
        parameter.data.copy_(parameter.data * (1 + noise) if near else noise)


def calm(family: str) -> float:
    """Scale of random values: T5 does not scale its scores, and large ones leave no gradient."""
    return 0.5 if family in ("t5", "mt5") else 1


def _describe_peft(model: nn.Module) -> dict[str, object]:
    config = model.peft_config["default"]
    return {
        "peft_type": config.peft_type.value,
        "task_type": config.task_type,
        "virtual_tokens": getattr(config, "num_virtual_tokens", 0),
    }


def plain_name(name: str) -> str:
    """A PEFT parameter's name as saved, without the adapter's name; parametrised weights as part of
    the weight.
    """
    name = name.replace(".modules_to_save.default.", ".")
    if "lora_magnitude_vector" in name:
        return name.removesuffix(".default.weight")
    plain = name.removesuffix(".default").replace(".default.", ".")
    return plain.replace(".parametrizations.weight.0.", ".weight.")


def own_copies(model: nn.Module) -> set[str]:
    """The parameters of fully trained modules, under their plain names."""
    return {plain_name(n) for n, _ in model.named_parameters() if ".modules_to_save." in n}


def trainable(model: nn.Module) -> dict[str, Parameter]:
    """The trainable parameters under their plain names, in the model's order."""
    return {plain_name(n): p for n, p in model.named_parameters() if p.requires_grad}
