"""The golden cases of methods that train single weights of the model, in plain PyTorch: FishMask (Sung
et al. 2021, arXiv 2111.09839)."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils import parametrize
from transformers import PreTrainedModel

from common import summed_loss, supervised_count
from golden_case import Case, modules, trainable
from golden_training import Batch
from plain_case import write_own

SAMPLES = 6
KEEP_RATIO = 0.04
MIN_LEAD = 1e-4
"""The least kept score over the largest left out must lead by this share, or rounding would choose."""


class Changed(nn.Module):
    """W + Δ in the place of W, as it is stored."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.delta = nn.Parameter(torch.zeros_like(weight))

    def forward(self, weight: Tensor) -> Tensor:
        """The changed weight."""
        return weight + self.delta


def _targets(family: str) -> str:
    return f"{modules(family).q}, {modules(family).down}"


def _add_changes(base: PreTrainedModel, targets: str) -> None:
    """Lets the weights of the chosen layers change; all else is frozen."""
    base.requires_grad_(False)
    for path, layer in base.named_modules():
        if any(path.endswith(f".{target}") for target in targets.split(", ")):
            parametrize.register_parametrization(layer, "weight", Changed(layer.weight.detach()))


def write_sparse(folder: Path, method: str, options: dict[str, object], deltas: dict[str, Tensor]) -> None:
    """Luthier's own folder: rows, columns and values of what is not zero."""
    tensors: dict[str, Tensor] = {}
    for name, delta in deltas.items():
        places = delta.detach().nonzero()
        if len(places):
            tensors[f"{name}.indices"] = places.T.float()
            tensors[f"{name}.values"] = delta.detach()[tuple(places.T)]
    write_own(folder, method, options, tensors)


def load_sparse(base: PreTrainedModel, folder: Path) -> nn.Module:
    """Adds the saved values to the model's weights."""
    tensors = load_file(folder / "adapter_model.safetensors")
    for name in (name.removesuffix(".values") for name in tensors if name.endswith(".values")):
        rows, columns = tensors[f"{name}.indices"].long()
        base.get_parameter(name).data[rows, columns] += tensors[f"{name}.values"]
    return base.eval()


def largest(scores: dict[str, Tensor], count: int) -> dict[str, Tensor]:
    """Marks the so many largest scores of all tensors together."""
    values = torch.cat([score.flatten() for score in scores.values()]).sort(descending=True).values
    if values[count - 1] - values[count] < MIN_LEAD * values[count]:
        raise SystemExit("the choice is too close; keep another number")
    return {name: score >= values[count - 1] for name, score in scores.items()}


def fisher(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Sums over texts of the squared gradients of their mean loss."""
    sums = {name: torch.zeros_like(p) for name, p in trainable(model).items()}
    texts = zip(*(part.flatten(0, 1)[:SAMPLES, None] for part in vars(batch).values()), strict=True)
    for ids, mask, labels in texts:
        model.zero_grad()
        loss = summed_loss(model(input_ids=ids, attention_mask=mask).logits, labels)
        (loss / supervised_count(labels)).backward()
        for name, parameter in trainable(model).items():
            sums[name] += parameter.grad**2
    model.zero_grad()
    return sums


def _fishmask() -> Case:
    def build(base: PreTrainedModel, family: str, _case: str) -> nn.Module:
        _add_changes(base, _targets(family))
        base.sparse_options = {
            "keep_ratio": KEEP_RATIO,
            "fish_samples": SAMPLES,
            "target_modules": _targets(family),
            "exclude_modules": "",
        }
        return base.train()

    def choose(model: nn.Module, batch: Batch, step: int) -> None:
        if step > 0:
            return
        scores = fisher(model, batch)
        total = sum(score.numel() for score in scores.values())
        kept = largest(scores, int(KEEP_RATIO * total))
        for name, parameter in trainable(model).items():
            parameter.register_hook(lambda gradient, mask=kept[name]: gradient * mask)

    def save(model: nn.Module, folder: Path) -> None:
        deltas = {name.removesuffix(".delta"): p for name, p in trainable(model).items()}
        write_sparse(folder, "fishmask", model.sparse_options, deltas)

    return Case(build, save, load_sparse, describe=lambda _model: {}, before_step=choose)


CASES: dict[str, Case] = {"fishmask": _fishmask()}
