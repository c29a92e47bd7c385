"""Golden cases trained in plain PyTorch and saved in Luthier's own format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from safetensors.torch import load_file
from torch import nn
from transformers import PreTrainedModel

from common import write_json, write_tensors
from golden_case import Case, trainable


def parts_case(
    method: str,
    trains: Callable[[str, PreTrainedModel], bool],
    options: Mapping[str, object],
    **details: object,
) -> Case:
    """Trains the model's own parameters whose names `trains` accepts."""

    def build(base: PreTrainedModel, _family: str, _case: str) -> nn.Module:
        for name, parameter in base.named_parameters():
            parameter.requires_grad_(trains(name, base))
        return base.train()

    def save(model: nn.Module, folder: Path) -> None:
        write_own(folder, method, options, trainable(model))

    return Case(build=build, save=save, load=load_parts, describe=lambda _m: {}, **details)


def write_own(
    folder: Path,
    method: str,
    options: Mapping[str, object],
    tensors: Mapping[str, nn.Parameter],
) -> None:
    """A folder in Luthier's own format: method, options, and named tensors."""
    write_json(folder / "adapter_config.json", {"luthier_method": method, "options": dict(options)})
    write_tensors(folder / "adapter_model.safetensors", dict(tensors))


def load_parts(base: PreTrainedModel, folder: Path) -> nn.Module:
    """Replaces the model's tensors by the saved ones."""
    _, unexpected = base.load_state_dict(
        load_file(folder / "adapter_model.safetensors"), strict=False
    )
    if unexpected:
        raise SystemExit(f"the model has no {', '.join(unexpected)}")
    return base.eval()
