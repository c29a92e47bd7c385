"""The golden cases of Intrinsic SAID in plain PyTorch (Aghajanyan et al. 2020, arXiv 2012.13255)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils import parametrize
from transformers import PreTrainedModel

from common import random_like
from fastfood import fastfood, layer_seed
from golden_case import Case, modules, trainable
from plain_case import write_own

Options = dict[str, object]


class Moved(nn.Module):
    """Replaces a layer's weight W by W + λ P(v), in the stored layout. Shared modules are held in
    lists, which keeps them out of its parameters."""

    def __init__(
        self, vector: nn.Parameter, factor: nn.Parameter | None, elements: int, seed: int
    ) -> None:
        super().__init__()
        self.vector, self.factor = [vector], [factor]
        self.project = fastfood(len(vector), elements, seed)

    def forward(self, weight: Tensor) -> Tensor:
        """The moved weight."""
        update = self.project(self.vector[0]).view_as(weight)
        return weight + (update if self.factor[0] is None else self.factor[0] * update)


def _add_said(base: PreTrainedModel, options: Options) -> None:
    """Adds one vector for all targeted layers; everything else is frozen."""
    base.requires_grad_(False)
    base.said_options = options
    targets = str(options["target_modules"]).split(", ")
    chosen = [
        layer
        for path, layer in base.named_modules()
        if any(path.endswith(f".{target}") for target in targets)
    ]
    spent = len(chosen) if options["structure_aware"] else 0
    vector = nn.Parameter(torch.zeros(options["intrinsic_dimension"] - spent))
    base.register_parameter("intrinsic_parameter", vector)
    for index, layer in enumerate(chosen):
        factor = nn.Parameter(torch.ones(1)) if options["structure_aware"] else None
        layer.register_parameter("intrinsic_said", factor)
        seed = layer_seed(options["projection_seed"], index)
        moved = Moved(vector, factor, layer.weight.numel(), seed)
        parametrize.register_parametrization(layer, "weight", moved)


def _said_case(**details: object) -> Case:
    """A case with those options, in addition to the targets."""

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        targets = f"{modules(family).q}, {modules(family).down}"
        _add_said(base, {"target_modules": targets, "exclude_modules": "", **details})
        # T5 does not scale its scores, so larger updates saturate them and the gradient is lost in
        # float32 rounding.
        scale = 0.15 if family in ("t5", "mt5") else 0.5
        for name, parameter in trainable(base).items():
            near = name.endswith("intrinsic_said")
            noise = random_like(parameter.shape, 0.1 if near else scale, family, case, name)
            parameter.data.add_(noise)
        return base.train()

    def save(model: nn.Module, folder: Path) -> None:
        write_own(folder, "said", model.said_options, trainable(model))

    def load(base: PreTrainedModel, folder: Path) -> nn.Module:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        _add_said(base, config["options"])
        tensors = load_file(folder / "adapter_model.safetensors")
        if tensors.keys() != trainable(base).keys():
            raise KeyError(f"{sorted(tensors)} are not {sorted(trainable(base))}")
        base.load_state_dict(tensors, strict=False)
        return base.eval()

    return Case(build=build, save=save, load=load, describe=lambda _model: {})


CASES: dict[str, Case] = {
    # On mt5 one layer's gradient cancels except for float32 rounding.
    "said": replace(
        _said_case(intrinsic_dimension=40, structure_aware=True, projection_seed=7),
        trains_on=lambda family: family != "mt5",
    ),
    "said_did": _said_case(intrinsic_dimension=24, structure_aware=False, projection_seed=0),
}
