"""Golden cases of bottleneck adapters, in plain PyTorch with the adapters library's formulas.

The library needs another version of transformers than these goldens, so check_adapters.py compares
these cases with it in a separate environment.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from bottleneck_reference import NAME, fuse, insert
from common import random_like, write_json, write_tensors
from golden_case import ONE_OF_EACH_KIND, Case, calm, trainable

WITH_PAIRS = (*ONE_OF_EACH_KIND, "t5")
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


def _goes_with(config: dict[str, object], family: str) -> bool:
    """With post-norm blocks the library normalises twice around an adapter that reads the sum,
    which the studio does not support."""
    return family != "opt_350m" or not config["original_ln_before"]


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


def _randomise(model: PreTrainedModel, family: str, case: str) -> None:
    for name, parameter in trainable(model).items():
        scale = 0.2 * calm(family)
        parameter.data.copy_(random_like(parameter.shape, scale, family, case, name))


def _tensors_of(model: nn.Module, name: str) -> dict[str, Tensor]:
    """The tensors of one adapter."""
    return {n: p for n, p in model.named_parameters() if f"adapters.{name}." in n}


def _expert(model: nn.Module, name: str, index: int) -> dict[str, Tensor]:
    """A frozen adapter's tensors, named as in the studio's export of the adapter built on it."""
    tensors = _tensors_of(model, name)
    return {f"experts.{index}.{n.replace(f'.{name}.', f'.{NAME}.')}": p for n, p in tensors.items()}


def _stacked_case() -> Case:
    """MAD-X: trains a task adapter on a language adapter."""
    language, task = {**DEFAULTS, **LANGUAGE, "reduction_factor": 8}, {**DEFAULTS, **PFEIFFER}
    below = "language"

    def place(base: PreTrainedModel) -> PreTrainedModel:
        return insert(insert(base, language, below), task)

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        _randomise(insert(base, language, below), family, case)
        model = insert(base, task)
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
        return _load_tensors(_load_tensors(place(base), folder), folder / below)

    return Case(
        build=build,
        save=save,
        load=load,
        describe=lambda model: {
            "experts": [{"name": below, "config": _description(model, language, below)}]
        },
        trains_on=lambda family: _goes_with(task, family),
        committed=WITH_PAIRS,
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
    """The library's regularisation: the distance of the value matrices from identity."""
    values = [p for n, p in trainable(model).items() if n.endswith(".value.weight")]
    return 0.01 * sum((torch.eye(len(p), dtype=p.dtype) - p).pow(2).sum() for p in values)


def _fusion_case(kind: dict[str, object], factors: tuple[int, ...], committed: str) -> Case:
    """AdapterFusion of bottlenecks of one kind with different widths."""
    configs = {
        f"expert_{i}": {**DEFAULTS, **kind, "reduction_factor": factor}
        for i, factor in enumerate(factors)
    }
    names = list(configs)

    def place(base: PreTrainedModel) -> PreTrainedModel:
        for name, config in configs.items():
            insert(base, config, name, joins=False)
        return fuse(base, configs[names[0]], names)

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        for name, config in configs.items():
            _randomise(insert(base, config, name, joins=False), family, case)
        model = fuse(base, configs[names[0]], names)
        for name, parameter in trainable(model).items():
            near = torch.eye(len(parameter)) if name.endswith(".value.weight") else 0
            # With larger scores, PyTorch's float32 and float64 runs diverge.
            parameter.data.copy_(near + random_like(parameter.shape, 0.01, family, case, name))
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
        model = place(base)
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
        trains_on=lambda family: _goes_with(kind, family),
        fixed=experts,
        add_penalty=lambda model: _penalty(model).backward(),
        committed=(committed,),
    )


def _bottleneck_case(
    kind: dict[str, object], committed: tuple[str, ...] = ONE_OF_EACH_KIND
) -> Case:
    config = {**DEFAULTS, **kind}

    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        model = insert(base, config)
        _randomise(model, family, case)
        return model.train()

    def save(model: nn.Module, folder: Path) -> None:
        write_json(folder / "adapter_config.json", _description(model, config))
        write_tensors(folder / "adapter_model.safetensors", trainable(model))

    def load(base: PreTrainedModel, folder: Path) -> nn.Module:
        model = insert(base, config)
        return _load_tensors(model, folder)

    return Case(
        build=build,
        save=save,
        load=load,
        describe=lambda _model: {},
        trains_on=lambda family: _goes_with(config, family),
        committed=committed,
    )


CASES: dict[str, Case] = {
    "houlsby": _bottleneck_case(HOULSBY, WITH_PAIRS),
    "pfeiffer": _bottleneck_case(PFEIFFER),
    "mad_x_language": _bottleneck_case(LANGUAGE),
    "mad_x_task": _stacked_case(),
    "fusion_houlsby": _fusion_case(HOULSBY, (8, 4), "llama_tied"),
    "fusion_pfeiffer": _fusion_case(PFEIFFER, (8, 4, 16), "gpt2"),
}
