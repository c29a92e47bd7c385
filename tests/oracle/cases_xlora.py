"""X-LoRA's golden cases: PEFT mixes LoRA adapters of several ranks and layers."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from peft import LoraConfig, PeftModel, XLoraConfig, get_peft_model
from safetensors.torch import load_file
from torch import nn
from transformers import PreTrainedModel

from common import write_json, write_tensors
from golden_case import TASK, Case, modules, randomise, token_dim, trainable
from golden_families import load_base

EXPERTS = 3


def _expert(family: str, index: int) -> LoraConfig:
    """LoRA adapters of different ranks, scales and layers."""
    names = modules(family)
    # PEFT's gates are for (batch, tokens), which OPT folds into one before its feed-forward layers.
    second = names.k if family.startswith("opt") else names.down
    return LoraConfig(
        task_type=TASK,
        r=2 + index,
        lora_alpha=4,
        use_rslora=index == 1,
        target_modules=[[names.q, names.v], [names.q, second], [names.k]][index],
    )


def _write_experts(family: str, case: str) -> Path:
    """Writes random experts into numbered folders."""
    folder = Path(tempfile.mkdtemp())
    for index in range(EXPERTS):
        model = get_peft_model(load_base(family), _expert(family, index))
        randomise(model, family, f"{case}/{index}")
        model.save_pretrained(folder / str(index))
    return folder


def _forget_gates(model: nn.Module, _inputs: object, _output: object) -> None:
    """Drops the gates that PEFT keeps with their autograd graph, since such a model cannot be
    copied."""
    model.base_model.internal_xlora_scalings = None


def _xlora_case(options: dict[str, object], committed: tuple[str, ...]) -> Case:
    def build(base: PreTrainedModel, family: str, case: str) -> nn.Module:
        folder = _write_experts(family, case)
        base.config.use_cache = False
        config = XLoraConfig(
            task_type=TASK,
            hidden_size=token_dim(family) or base.config.hidden_size,
            adapters={str(index): str(folder / str(index)) for index in range(EXPERTS)},
            **options,
        )
        model = get_peft_model(base, config)
        model.experts_folder = str(folder)
        model.register_forward_hook(_forget_gates)
        randomise(model, family, case)
        if "top_k_lora" in options:
            # Gates far apart, so that rounding does not decide the top k.
            for parameter in trainable(model).values():
                parameter.data.mul_(4)
        return model.train()

    def save(model: nn.Module, folder: Path) -> None:
        model.save_pretrained(folder)
        path = folder / "adapter_config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        # The experts' paths during training are meaningless to whoever loads it.
        config["adapters"] = {name: name for name in config["adapters"]}
        write_json(path, config)
        # PEFT omits the classifier: it mistakes the numbers in its names for those of the experts.
        write_tensors(folder / "adapter_model.safetensors", trainable(model))
        for name in config["adapters"]:
            shutil.copytree(Path(model.experts_folder) / name, folder / name, dirs_exist_ok=True)

    def load(base: PreTrainedModel, folder: Path) -> nn.Module:
        base.config.use_cache = False
        config = XLoraConfig.from_pretrained(folder)
        config.adapters = {name: str(folder / name) for name in config.adapters}
        return PeftModel.from_pretrained(base, folder, config=config).eval()

    def experts(model: nn.Module) -> list[dict[str, object]]:
        folders = [Path(model.experts_folder) / str(index) for index in range(EXPERTS)]
        read = [json.loads((f / "adapter_config.json").read_text(encoding="utf-8")) for f in folders]
        for config in read:
            config["base_model_name_or_path"] = None
            config["target_modules"].sort()
        return [{"name": str(index), "config": config} for index, config in enumerate(read)]

    def fixed(model: nn.Module) -> dict[str, object]:
        folder = Path(model.experts_folder)
        return {
            f"experts.{index}.{name}": tensor
            for index in range(EXPERTS)
            for name, tensor in load_file(
                folder / str(index) / "adapter_model.safetensors"
            ).items()
        }

    return Case(
        build=build,
        save=save,
        load=load,
        describe=lambda model: {"experts": experts(model)},
        # For other families PEFT raises an error: it expects the inner model to be called `model`.
        trains_on=lambda family: family.split("_")[0] not in ("gpt2", "bloom", "t5", "mt5"),
        committed=committed,
        fixed=fixed,
    )


CASES: dict[str, Case] = {
    "xlora": _xlora_case(
        {
            "xlora_depth": 2,
            "xlora_size": 12,
            "xlora_dropout_p": 0.0,
            "layerwise_scalings": True,
            "softmax_temperature": 0.7,
            "scaling_pass_value": 0.5,
            "global_scaling_weight": 1.3,
        },
        # OPT creates its modules in a different order than it runs them, and PEFT numbers them by
        # creation.
        committed=("llama_tied", "opt"),
    ),
    "xlora_top": _xlora_case(
        {"top_k_lora": 2, "enable_softmax": False, "enable_softmax_topk": True},
        committed=("llama_tied",),
    ),
}
