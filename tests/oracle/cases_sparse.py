"""The golden cases of methods that train single weights of the model, in plain PyTorch: FishMask (Sung
et al. 2021, arXiv 2111.09839) and DiffPruning (Guo et al. 2021, arXiv 2012.07463)."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.optim import Optimizer
from transformers import PreTrainedModel

from common import random_like, supervised_count
from gate_noise import gate_noise, step_seed
from golden_case import Case, modules, trainable
from golden_batch import Batch, micro_loss
from golden_training import STEPS
from plain_case import write_own

LOWER, UPPER = -1.0, 1.5
TARGET_SPARSITY = 0.1
PRUNE_AFTER = 0.5
PENALTY = 1e-3
GATE_RATIO = 4.0
SAMPLES = 6
KEEP_RATIO = 0.04
MIN_LEAD = 1e-4
"""The least kept score over the largest left out must lead by this share, or rounding would choose."""


class Changed(nn.Module):
    """Replaces W by W + Δ, in the stored layout."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.delta = nn.Parameter(torch.zeros_like(weight))

    def forward(self, weight: Tensor) -> Tensor:
        """The changed weight."""
        return weight + self.delta


def _targets(family: str) -> str:
    return f"{modules(family).q}, {modules(family).down}"


def _add_changes(
    base: PreTrainedModel, targets: str, change: Callable[[Tensor, int], nn.Module]
) -> None:
    """Makes the weights of the targeted layers trainable through Δ; everything else is frozen."""
    base.requires_grad_(False)
    chosen = [
        layer
        for path, layer in base.named_modules()
        if any(path.endswith(f".{target}") for target in targets.split(", "))
    ]
    for index, layer in enumerate(chosen):
        part = change(layer.weight.detach(), index)
        parametrize.register_parametrization(layer, "weight", part)


def write_sparse(
    folder: Path, method: str, options: dict[str, object], deltas: dict[str, Tensor]
) -> None:
    """Luthier's own folder: rows, columns and values of the nonzero elements."""
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


def largest(scores: dict[str, Tensor], share: float) -> tuple[dict[str, Tensor], float]:
    """Marks about that fraction of the largest scores over all tensors, cutting where the last kept
    one has a clear lead; also returns the exact fraction."""
    values = torch.cat([score.flatten() for score in scores.values()]).sort(descending=True).values
    count = int(share * len(values))
    while values[count - 1] - values[count] < MIN_LEAD * values[count]:
        count -= 1
    marks = {name: score >= values[count - 1] for name, score in scores.items()}
    return marks, (count + 0.5) / len(values)


def fisher(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Sums the squared gradients of each text's mean loss."""
    sums = {name: torch.zeros_like(p) for name, p in trainable(model).items()}
    texts = zip(*(part.flatten(0, 1)[:SAMPLES, None] for part in vars(batch).values()), strict=True)
    for ids, mask, labels in texts:
        model.zero_grad()
        loss, _ = micro_loss(model, ids, mask, labels)
        (loss / supervised_count(labels)).backward()
        for name, parameter in trainable(model).items():
            sums[name] += parameter.grad**2
    model.zero_grad()
    return sums


def _fishmask() -> Case:
    def build(base: PreTrainedModel, family: str, _case: str) -> nn.Module:
        _add_changes(base, _targets(family), lambda weight, _index: Changed(weight))
        base.sparse_options = {
            "keep_ratio": KEEP_RATIO,
            "fish_samples": SAMPLES,
            "target_modules": _targets(family),
            "exclude_modules": "",
        }
        return base.train()

    def choose(model: nn.Module, _optimizer: Optimizer, batch: Batch, step: int) -> None:
        if step > 0:
            return
        scores = fisher(model, batch)
        kept, model.sparse_options["keep_ratio"] = largest(scores, KEEP_RATIO)
        for name, parameter in trainable(model).items():
            parameter.register_hook(lambda gradient, mask=kept[name]: gradient * mask)

    def save(model: nn.Module, folder: Path) -> None:
        deltas = {name.removesuffix(".delta"): p for name, p in trainable(model).items()}
        write_sparse(folder, "fishmask", model.sparse_options, deltas)

    return Case(build, save, load_sparse, describe=lambda _model: {}, before_step=choose)


class Gated(nn.Module):
    """Replaces W by W + z ⊙ δ with hard concrete gates. `seed` is that of the forward pass, or None
    for gates without noise."""

    def __init__(self, weight: Tensor, site: int) -> None:
        super().__init__()
        self.delta = nn.Parameter(torch.zeros_like(weight))
        self.alpha = nn.Parameter(torch.zeros_like(weight))
        self.site = site
        self.seed: int | None = None

    def gate(self) -> Tensor:
        """z for every element."""
        u = gate_noise(self.alpha.numel(), self.site, self.seed).view_as(self.alpha)
        u = u.to(self.alpha.dtype)
        s = torch.sigmoid(u.log() - (1 - u).log() + self.alpha)
        return (s * (UPPER - LOWER) + LOWER).clamp(0, 1)

    def forward(self, weight: Tensor) -> Tensor:
        """The changed weight."""
        return weight + self.gate() * self.delta


def _gated(model: nn.Module) -> list[Gated]:
    return [module for module in model.modules() if isinstance(module, Gated)]


def _seed_gates(model: nn.Module, _inputs: object) -> None:
    """Sets the noise before each forward pass. Passes with gradients are the golden's first (seed
    0), then the micro-batches of the steps."""
    seed = None
    if torch.is_grad_enabled():
        seed = step_seed(model.passes)
        model.passes += 1
    for part in _gated(model):
        part.seed = seed


def _prune(model: nn.Module, optimizer: Optimizer, _batch: Batch, step: int) -> None:
    """Keeps the largest differences, which continue to train with open gates."""
    if step != int(PRUNE_AFTER * STEPS):
        return
    for part in _gated(model):
        part.seed = None
    with torch.no_grad():
        diffs = {str(part.site): part.gate() * part.delta for part in _gated(model)}
    sizes = {name: diff.abs() for name, diff in diffs.items()}
    kept, model.sparse_options["target_sparsity"] = largest(sizes, TARGET_SPARSITY)
    for part in _gated(model):
        mask = kept[str(part.site)]
        part.delta.data.copy_(diffs[str(part.site)] * mask)
        part.delta.register_hook(lambda gradient, mask=mask: gradient * mask)
        optimizer.state[part.delta]["exp_avg"] *= mask
        part.alpha.data.fill_(100)
        part.alpha.grad = None
        part.alpha.requires_grad_(False)


def _add_penalty(model: nn.Module) -> None:
    """The gradient of λ Σ σ(α - ln(-l / h))."""
    gates = [part.alpha for part in _gated(model) if part.alpha.requires_grad]
    shift = math.log(-LOWER / UPPER)
    if gates:
        (PENALTY * sum(torch.sigmoid(alpha - shift).sum() for alpha in gates)).backward()


def _diff_pruning() -> Case:
    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        targets = modules(family).down
        _add_changes(base, targets, Gated)
        base.passes = 0
        base.sparse_options = {
            "target_sparsity": TARGET_SPARSITY,
            "prune_after": PRUNE_AFTER,
            "sparsity_pen": PENALTY,
            "gate_learning_rate_ratio": GATE_RATIO,
            "alpha_init": 5,
            "concrete_lower": LOWER,
            "concrete_upper": UPPER,
            "target_modules": targets,
            "exclude_modules": "",
        }
        base.register_forward_pre_hook(_seed_gates)
        for name, parameter in trainable(base).items():
            scale = 1.0 if name.endswith(".alpha") else 0.2
            parameter.data.copy_(random_like(parameter.shape, scale, family, case, name))
        return base.train()

    def save(model: nn.Module, folder: Path) -> None:
        deltas = {
            name.replace(".parametrizations.weight.0", ".weight"): part.gate() * part.delta
            for name, part in model.named_modules()
            if isinstance(part, Gated)
        }
        write_sparse(folder, "diff-pruning", model.sparse_options, deltas)

    return Case(
        build,
        save,
        load_sparse,
        describe=lambda _model: {},
        converts=True,
        before_step=_prune,
        add_penalty=_add_penalty,
        learning_rate_factor=lambda name: GATE_RATIO if name.endswith(".alpha") else 1.0,
    )


CASES: dict[str, Case] = {"fishmask": _fishmask(), "diff_pruning": _diff_pruning()}
