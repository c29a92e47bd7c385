"""The golden cases of bottleneck adapters, in plain PyTorch after the adapters library's formulas.

The library needs another transformers than these goldens: check_adapters.py, in an environment of
its own, holds logits, gradients and losses of these cases against the library itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from common import random_like, write_json, write_tensors
from golden_case import Case, trainable

NAME = "luthier"
FUNCTIONS = {"swish": nn.functional.silu, "relu": nn.functional.relu}
FAMILIES = ("llama", "llama_tied", "llama3", "mistral", "qwen2", "qwen2_window", "qwen3", "gpt2")
HOULSBY = {"mh_adapter": True, "original_ln_before": False, "non_linearity": "swish"}
PFEIFFER = {"mh_adapter": False, "original_ln_before": True, "non_linearity": "relu"}
LANGUAGE = {**PFEIFFER, "inv_adapter": "nice", "inv_adapter_reduction_factor": 2}
DEFAULTS = {
    "output_adapter": True,
    "original_ln_after": True,
    "residual_before_ln": True,
    "adapter_residual_before_ln": False,
    "ln_before": False,
    "ln_after": False,
    "is_parallel": False,
    "use_gating": False,
    "phm_layer": False,
    "cross_adapter": False,
    "inv_adapter": None,
    "leave_out": [],
    "dropout": 0,
    "init_weights": "bert",
    "reduction_factor": 4,
}


class Bottleneck(nn.Module):
    """up(function(down(x))) under the library's names, joined to a sub-layer's output by hooks; they
    are methods, so that a copy of the model calls its own."""

    def __init__(self, hidden: int, config: dict[str, object]) -> None:
        super().__init__()
        width = int(hidden // config["reduction_factor"])
        self.adapter_down = nn.Sequential(nn.Linear(hidden, width))
        self.adapter_up = nn.Linear(width, hidden)
        self.function = FUNCTIONS[config["non_linearity"]]
        self.reads_sum = config["original_ln_before"]
        self.residual: Tensor | None = None

    def remember(self, _norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        """Keeps the residual stream that the sub-layer's output will join."""
        self.residual = inputs[0]

    def up(self, x: Tensor) -> Tensor:
        """What the bottleneck gives for what it reads."""
        return self.adapter_up(self.function(self.adapter_down(x)))

    def join(self, _layer: nn.Module, _inputs: object, output: Tensor | tuple[Tensor, ...]):
        """Adds the bottleneck's share to the sub-layer's output."""
        y = output[0] if isinstance(output, tuple) else output
        x = y + self.residual if self.reads_sum else y
        self.residual = None
        joined = y + self.up(x)
        return (joined, *output[1:]) if isinstance(output, tuple) else joined


class Fusion(nn.Module):
    """Weighs the outputs of several bottlenecks for each token, in the place of their own joining."""

    def __init__(self, hidden: int, members: list[Bottleneck]) -> None:
        super().__init__()
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden, bias=False)
        self.members = members
        self.residual: Tensor | None = None

    def remember(self, _norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        """Keeps the residual stream that the sub-layer's output will join."""
        self.residual = inputs[0]

    def join(self, _layer: nn.Module, _inputs: object, output: Tensor | tuple[Tensor, ...]):
        """Adds the weighed outputs to the sub-layer's."""
        y = output[0] if isinstance(output, tuple) else output
        x = y + self.residual if self.members[0].reads_sum else y
        self.residual = None
        outputs = torch.stack([member.up(x) for member in self.members], dim=-2)
        scores = (self.query(x).unsqueeze(-2) * self.key(outputs)).sum(-1)
        mixed = (scores.softmax(-1).unsqueeze(-1) * self.value(outputs)).sum(-2)
        joined = y + mixed
        return (joined, *output[1:]) if isinstance(output, tuple) else joined


class Coupling(nn.Module):
    """The invertible adapter (NICE) after the embeddings, and its inverse before the head."""

    def __init__(self, hidden: int, config: dict[str, object]) -> None:
        super().__init__()
        self.first = hidden // 2
        second = hidden - self.first
        self.F = self._network(second, self.first, config)
        self.G = self._network(self.first, second, config)

    @staticmethod
    def _network(inputs: int, outputs: int, config: dict[str, object]) -> nn.Sequential:
        width = int(inputs // config["inv_adapter_reduction_factor"])
        function = {"relu": nn.ReLU, "swish": nn.SiLU}[config["non_linearity"]]
        return nn.Sequential(nn.Linear(inputs, width), function(), nn.Linear(width, outputs))

    def enter(self, _embeddings: nn.Module, _inputs: object, x: Tensor) -> Tensor:
        """What the first block gets."""
        first, second = x[..., : self.first], x[..., self.first :]
        first = first + self.F(second)
        return torch.cat((first, second + self.G(first)), -1)

    def leave(self, _head: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """What the head gets."""
        first, second = inputs[0][..., : self.first], inputs[0][..., self.first :]
        second = second - self.G(first)
        return torch.cat((first - self.F(second), second), -1), *inputs[1:]


def _insert(
    base: PreTrainedModel, config: dict[str, object], own: str = NAME, joins: bool = True
) -> PreTrainedModel:
    """Puts bottlenecks beside the sub-layers and, where the config asks for it, an invertible
    adapter around them; freezes all else. Others that are there already come first. Those that do
    not join are there to be fused."""
    base.requires_grad_(False)
    is_gpt2 = base.config.model_type == "gpt2"
    if config["inv_adapter"] is not None:
        coupling = Coupling(base.config.hidden_size, config)
        base.base_model.invertible_adapters = nn.ModuleDict({own: coupling})
        entry = base.transformer.drop if is_gpt2 else base.model.embed_tokens
        entry.register_forward_hook(coupling.enter)
        base.lm_head.register_forward_pre_hook(coupling.leave)
    for block, name, layer, norm in _places(base, config):
        bottleneck = Bottleneck(base.config.hidden_size, config)
        if not hasattr(block, name):
            block.add_module(name, nn.Module())
            getattr(block, name).adapters = nn.ModuleDict()
        getattr(block, name).adapters[own] = bottleneck
        if joins:
            _hook(bottleneck, layer, norm, bottleneck.reads_sum)
    return base


def _places(
    base: PreTrainedModel, config: dict[str, object]
) -> Iterator[tuple[nn.Module, str, nn.Module, nn.Module]]:
    """Block, name of the place, sub-layer, and the norm that the residual stream passes before."""
    is_gpt2 = base.config.model_type == "gpt2"
    for block in base.transformer.h if is_gpt2 else base.model.layers:
        norm = block.ln_2 if is_gpt2 else block.post_attention_layernorm
        yield block, "output_adapters", block.mlp, norm
        if config["mh_adapter"]:
            yield block, "attention_adapters", block.attn if is_gpt2 else block.self_attn, norm


def _hook(part: Bottleneck | Fusion, layer: nn.Module, norm: nn.Module, reads_sum: bool) -> None:
    if reads_sum:
        norm.register_forward_pre_hook(part.remember)
    layer.register_forward_hook(part.join)


def _fuse(base: PreTrainedModel, config: dict[str, object], names: list[str]) -> PreTrainedModel:
    """Puts fusions of the bottlenecks that are there, and freezes all else."""
    base.requires_grad_(False)
    for block, name, layer, norm in _places(base, config):
        place = getattr(block, name)
        fusion = Fusion(base.config.hidden_size, [place.adapters[own] for own in names])
        place.adapter_fusion_layer = nn.ModuleDict({",".join(names): fusion})
        _hook(fusion, layer, norm, config["original_ln_before"])
    return base


def _description(model: nn.Module, config: dict[str, object], name: str = NAME) -> dict[str, object]:
    """The library's adapter_config.json."""
    return {
        "config": config,
        "hidden_size": model.config.hidden_size,
        "model_type": model.config.model_type,
        "name": name,
        "version": "adapters.1.3.0",
    }


def _load_tensors(model: PreTrainedModel, folder: Path) -> PreTrainedModel:
    names = ("adapter.safetensors", "model_adapter_fusion.safetensors", "adapter_model.safetensors")
    tensors = load_file(next(folder / name for name in names if (folder / name).is_file()))
    _, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected:
        raise SystemExit(f"the model has no {', '.join(unexpected)}")
    return model.eval()


def _randomise(model: PreTrainedModel, *key: str) -> None:
    for name, parameter in trainable(model).items():
        parameter.data.copy_(random_like(parameter.shape, 0.2, *key, name))


def _tensors_of(model: nn.Module, name: str) -> dict[str, Tensor]:
    """The tensors of the adapter of that name."""
    return {n: p for n, p in model.named_parameters() if f"adapters.{name}." in n}


def _expert(model: nn.Module, name: str, index: int) -> dict[str, Tensor]:
    """A frozen adapter's tensors, named as the studio has them within the adapter on top of it."""
    tensors = _tensors_of(model, name)
    return {f"experts.{index}.{n.replace(f'.{name}.', f'.{NAME}.')}": p for n, p in tensors.items()}


def _stacked_case() -> Case:
    """MAD-X: a task adapter trains over a language adapter."""
    language, task = {**DEFAULTS, **LANGUAGE, "reduction_factor": 8}, {**DEFAULTS, **PFEIFFER}
    below = "language"

    def insert(base: PreTrainedModel) -> PreTrainedModel:
        return _insert(_insert(base, language, below), task)

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        _randomise(_insert(base, language, below), family, case)
        model = _insert(base, task)
        _randomise(model, family, case)
        return model.train()

    def save(model: nn.Module, folder: Path) -> None:
        (folder / below).mkdir()
        own = {**_description(model, task), "luthier_method": "mad-x-task"}
        write_json(folder / "adapter_config.json", own)
        write_tensors(folder / "adapter_model.safetensors", trainable(model))
        write_json(folder / below / "adapter_config.json", _description(model, language, below))
        write_tensors(folder / below / "adapter_model.safetensors", _tensors_of(model, below))

    def load(base: PreTrainedModel, folder: Path) -> nn.Module:
        return _load_tensors(_load_tensors(insert(base), folder), folder / below)

    return Case(
        build=build,
        save=save,
        load=load,
        describe=lambda model: {
            "experts": [{"name": below, "config": _description(model, language, below)}]
        },
        trains_on=lambda family: family in FAMILIES,
        fixed=lambda model: _expert(model, below, 0),
    )


FUSION = {
    "key": True,
    "query": True,
    "value": True,
    "query_before_ln": False,
    "regularization": True,
    "residual_before": False,
    "temperature": False,
    "value_before_softmax": True,
    "value_initialized": True,
    "dropout_prob": 0,
}


def _penalty(model: nn.Module) -> Tensor:
    """The library's: how far the value matrices are from identity."""
    values = [p for n, p in trainable(model).items() if n.endswith(".value.weight")]
    return 0.01 * sum((torch.eye(len(p), dtype=p.dtype) - p).pow(2).sum() for p in values)


def _fusion_case(kind: dict[str, object], factors: tuple[int, ...], committed: str) -> Case:
    """AdapterFusion of bottlenecks of one kind and several widths."""
    configs = {
        f"expert_{i}": {**DEFAULTS, **kind, "reduction_factor": factor}
        for i, factor in enumerate(factors)
    }
    names = list(configs)

    def insert(base: PreTrainedModel) -> PreTrainedModel:
        for name, config in configs.items():
            _insert(base, config, name, joins=False)
        return _fuse(base, configs[names[0]], names)

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        for name, config in configs.items():
            _randomise(_insert(base, config, name, joins=False), family, case)
        model = _fuse(base, configs[names[0]], names)
        for name, parameter in trainable(model).items():
            near = torch.eye(len(parameter)) if name.endswith(".value.weight") else 0
            parameter.data.copy_(near + random_like(parameter.shape, 0.03, family, case, name))
        return model.train()

    def save(model: nn.Module, folder: Path) -> None:
        own = {**_description(model, FUSION, ",".join(names)), "adapter_names": names}
        write_json(folder / "adapter_config.json", own)
        write_tensors(folder / "adapter_model.safetensors", trainable(model))
        for name, config in configs.items():
            (folder / name).mkdir()
            write_json(folder / name / "adapter_config.json", _description(model, config, name))
            write_tensors(folder / name / "adapter_model.safetensors", _tensors_of(model, name))

    def load(base: PreTrainedModel, folder: Path) -> nn.Module:
        model = insert(base)
        for part in (folder, *(folder / name for name in names)):
            _load_tensors(model, part)
        return model

    def experts(model: nn.Module) -> dict[str, Tensor]:
        return {k: p for i, name in enumerate(names) for k, p in _expert(model, name, i).items()}

    return Case(
        build=build,
        save=save,
        load=load,
        describe=lambda model: {
            "experts": [
                {"name": name, "config": _description(model, config, name)}
                for name, config in configs.items()
            ]
        },
        # A key's bias has no gradient but rounding, which the float64 run tells; with a sliding
        # window that run is not a number.
        trains_on=lambda family: family in FAMILIES and family not in ("mistral", "qwen2_window"),
        fixed=experts,
        add_penalty=lambda model: _penalty(model).backward(),
        committed=(committed,),
    )


def _bottleneck_case(kind: dict[str, object]) -> Case:
    config = {**DEFAULTS, **kind}

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        model = _insert(base, config)
        _randomise(model, family, case)
        return model.train()

    def save(model: nn.Module, folder: Path) -> None:
        write_json(folder / "adapter_config.json", _description(model, config))
        write_tensors(folder / "adapter_model.safetensors", trainable(model))

    def load(base: PreTrainedModel, folder: Path) -> nn.Module:
        model = _insert(base, config)
        return _load_tensors(model, folder)

    return Case(
        build=build,
        save=save,
        load=load,
        describe=lambda _model: {},
        trains_on=lambda family: family in FAMILIES,
    )


CASES: dict[str, Case] = {
    "houlsby": _bottleneck_case(HOULSBY),
    "pfeiffer": _bottleneck_case(PFEIFFER),
    "mad_x_language": _bottleneck_case(LANGUAGE),
    "mad_x_task": _stacked_case(),
    "fusion_houlsby": _fusion_case(HOULSBY, (8, 4), "llama_tied"),
    "fusion_pfeiffer": _fusion_case(PFEIFFER, (8, 4, 16), "gpt2"),
}
