"""Weight updates W x + ΔW x in plain PyTorch, for what PEFT lacks: LoHa and LoKr on Conv1D, and
KronA (Edalati et al. 2022, arXiv 2212.10650: ΔW = scale · A ⊗ B). Files look as PEFT's would.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from golden_case import TASK, Case, randomise

Config = dict[str, object]
Shapes = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Delta:
    """An update: the shapes of its tensors for a layer (out, in), and how ΔW (out, in) is computed
    from them."""

    shapes: Callable[[Config, int, int], Shapes]
    weight: Callable[[Config, dict[str, Tensor]], Tensor]


class DeltaLayer(nn.Module):
    """A frozen layer with an additive update."""

    def __init__(self, base: nn.Module, config: Config, delta: Delta) -> None:
        super().__init__()
        self.base, self.config, self.delta = base, config, delta
        rows, columns = base.weight.shape
        size = (columns, rows) if isinstance(base, Conv1D) else (rows, columns)
        self.names = list(delta.shapes(config, *size))
        for name, shape in delta.shapes(config, *size).items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))

    @property
    def weight(self) -> Tensor:
        """The frozen weight; T5 reads its dtype."""
        return self.base.weight

    def forward(self, x: Tensor) -> Tensor:
        """y = W x + b + ΔW x."""
        tensors = {name: getattr(self, name) for name in self.names}
        return self.base(x) + x @ self.delta.weight(self.config, tensors).T


class DeltaModel(nn.Module):
    """A model whose targeted layers have updates, with PEFT's parameter names."""

    def __init__(self, base: PreTrainedModel, config: Config, delta: Delta) -> None:
        super().__init__()
        self.adapter_config = config
        base.requires_grad_(False)
        for path, layer in list(base.named_modules()):
            if any(path.endswith(f".{target}") for target in config["target_modules"]):
                parent, name = path.rsplit(".", 1)
                setattr(base.get_submodule(parent), name, DeltaLayer(layer, config, delta))
        self.base_model = nn.Module()
        self.base_model.model = base

    def forward(self, **inputs: Tensor) -> object:
        """The base model's own outputs."""
        return self.base_model.model(**inputs)

    def generate(self, **inputs: object) -> object:
        """The base model's own generated answers."""
        return self.base_model.model.generate(**inputs)


def _hadamard_shapes(config: Config, rows: int, columns: int) -> Shapes:
    r = config["r"]
    names = ("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")
    return {n: (rows, r) if n.endswith("a") else (r, columns) for n in names}


def _hadamard(config: Config, t: dict[str, Tensor]) -> Tensor:
    first, second = t["hada_w1_a"] @ t["hada_w1_b"], t["hada_w2_a"] @ t["hada_w2_b"]
    return config["alpha"] / config["r"] * first * second


def _near_root(size: int) -> tuple[int, int]:
    """The pair of divisors nearest to the square root, the smaller first."""
    small = max(d for d in range(1, int(size**0.5) + 1) if size % d == 0)
    return small, size // small


def _kronecker_shapes(config: Config, rows: int, columns: int) -> Shapes:
    (l, k), (m, n), r = _near_root(rows), _near_root(columns), config["r"]
    if r >= max(k, n) / 2:
        return {"lokr_w1": (l, m), "lokr_w2": (k, n)}
    return {"lokr_w1": (l, m), "lokr_w2_a": (k, r), "lokr_w2_b": (r, n)}


def _kronecker(config: Config, t: dict[str, Tensor]) -> Tensor:
    right = t["lokr_w2"] if "lokr_w2" in t else t["lokr_w2_a"] @ t["lokr_w2_b"]
    return config["alpha"] / config["r"] * torch.kron(t["lokr_w1"], right)


HADAMARD = Delta(_hadamard_shapes, _hadamard)
KRONECKER = Delta(_kronecker_shapes, _kronecker)
DEFAULTS: dict[str, Config] = {
    "LOHA": {"rank_dropout": 0.0, "module_dropout": 0.0, "init_weights": True},
    "LOKR": {
        "rank_dropout": 0.0,
        "module_dropout": 0.0,
        "init_weights": True,
        "decompose_both": False,
        "decompose_factor": -1,
        "rank_dropout_scale": False,
    },
}
COMMON: Config = {
    "auto_mapping": None,
    "inference_mode": True,
    "revision": None,
    "task_type": TASK,
    "use_effective_conv2d": False,
    "rank_pattern": {},
    "alpha_pattern": {},
    "layers_to_transform": None,
    "layers_pattern": None,
    "modules_to_save": None,
}


def delta_case(
    method: str, config: Callable[[PreTrainedModel], Config], delta: Delta, **details: object
) -> Case:
    """A case with this reference, loaded by PEFT where possible."""

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        own = config(base)
        model = DeltaModel(base, {**COMMON, **DEFAULTS[own["peft_type"]], **own}, delta)
        randomise(model, family, case)
        return model.train()

    def save(model: DeltaModel, folder: Path) -> None:
        tensors = {n: p.detach() for n, p in model.named_parameters() if p.requires_grad}
        save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
        text = json.dumps(model.adapter_config)
        (folder / "adapter_config.json").write_text(text, encoding="utf-8")

    def load(base: PreTrainedModel, folder: Path) -> nn.Module:
        if base.config.model_type != "gpt2":
            return PeftModel.from_pretrained(base, folder)
        saved = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        model = DeltaModel(base, saved, delta)
        tensors = load_file(folder / "adapter_model.safetensors")
        missing, unknown = model.load_state_dict(tensors, strict=False)
        wanted = {n for n, p in model.named_parameters() if p.requires_grad}
        if unknown or wanted & set(missing):
            raise KeyError(f"{unknown} unknown, {wanted & set(missing)} missing")
        return model

    return Case(build, save, load, _describe, method=method, **details)


def _describe(model: DeltaModel) -> dict[str, object]:
    return {
        "peft_type": model.adapter_config["peft_type"],
        "task_type": TASK,
        "virtual_tokens": 0,
    }


def whole_kronecker(base: PreTrainedModel, targets: list[str], scale: float) -> Config:
    """KronA as a LoKr whose rank leaves every target's right factor undecomposed."""
    sizes = [
        max(_near_root(size)[1] for size in layer.weight.shape)
        for path, layer in base.named_modules()
        if any(path.endswith(f".{target}") for target in targets)
    ]
    rank = -(-max(sizes) // 2)
    return {
        "peft_type": "LOKR",
        "luthier_method": "krona",
        "r": rank,
        "alpha": scale * rank,
        "target_modules": targets,
    }
