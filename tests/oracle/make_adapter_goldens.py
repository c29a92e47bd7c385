"""Adapters as PEFT and its users save them, in every spelling.

Usage: python tests/oracle/make_adapter_goldens.py

Writes tests/golden/adapters.json: for each case its golden family, its adapter_config.json, and
PEFT's logits at the last position of `ids` after loading the folder;
tests/golden/adapters.safetensors has the tensors, prefixed by the case's name. Encoder-decoders
read the first six ids and generate the others.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import IA3Config, LoHaConfig, LoKrConfig, LoraConfig, PeftConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedModel

from common import COMMITTED_DIR, be_deterministic, random_like

IDS = [3, 17, 42, 5, 6, 7, 11, 90, 23, 8]
PROMPT = 6
Q_LAYERS = r"layers\.\d{1,2}\.self_attn\.q_proj"
UNSLOTH = (
    r"(?:.*?(?:language|text).*?(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense).*?(?:q_proj|v_proj).*?)"
    r"|(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense)"
    r"\.(?:(?:q_proj|v_proj)))"
)


@dataclass(frozen=True)
class Saved:
    """An adapter's folder."""

    name: str
    config: PeftConfig
    family: str = "llama"
    without: tuple[str, ...] = ()
    """Keys that its adapter_config.json lacks."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys that it has besides."""
    rename: Callable[[str], str] | None = None
    """What its tensors are called instead; PEFT loads them under their own names."""


def lora(**options: Any) -> LoraConfig:
    given = {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM", **options}
    return LoraConfig(**given)


def named(tensor: str) -> str:
    """A parameter's name in a running model."""
    return tensor.replace(".weight", ".default.weight")


STARTS = [
    Saved("pissa", lora(init_lora_weights="pissa")),
    Saved("pissa by a search", lora(init_lora_weights="pissa_niter_2000")),
    Saved("pissa of Conv1D", lora(init_lora_weights="pissa", target_modules=["c_attn"], fan_in_fan_out=True), "gpt2"),
    Saved(
        "pissa with other ranks",
        lora(init_lora_weights="pissa", use_rslora=True, rank_pattern={"layers.0.self_attn.q_proj": 2}),
    ),
    Saved("olora", lora(init_lora_weights="olora")),
    Saved(
        "olora of narrow and wide weights",
        lora(init_lora_weights="olora", target_modules=["k_proj", "up_proj", "down_proj"], use_rslora=True),
    ),
    Saved("orthogonal", lora(init_lora_weights="orthogonal")),
    Saved("mica", lora(init_lora_weights="mica")),
    Saved("gaussian in capitals", lora(init_lora_weights="Gaussian")),
    Saved("false", lora(init_lora_weights=False)),
]

DEFAULTS = [
    Saved("lora without alpha", lora(), without=("lora_alpha",)),
    Saved("lora without r and alpha", lora(r=8), without=("r", "lora_alpha", "lora_dropout", "bias", "rank_pattern")),
    Saved(
        "loha without r and alpha",
        LoHaConfig(task_type="CAUSAL_LM", r=8, alpha=8, target_modules=["q_proj"]),
        without=("r", "alpha"),
    ),
    Saved(
        "lokr without r and alpha",
        LoKrConfig(task_type="CAUSAL_LM", r=8, alpha=8, target_modules=["q_proj"]),
        without=("r", "alpha", "decompose_factor"),
    ),
    Saved("keys of older versions", lora(), extra={"enable_lora": None, "merge_weights": False, "fan_out": ""}),
    Saved("settings of another start", lora(), extra={"loftq_config": {"loftq_bits": 4, "loftq_iter": 1}}),
]

TARGETS = [
    Saved(
        "braces in rank_pattern",
        lora(rank_pattern={Q_LAYERS: 2}, alpha_pattern={Q_LAYERS: 16}),
    ),
    Saved("an anchored path in rank_pattern", lora(rank_pattern={"^model.layers.0.self_attn.q_proj": 2})),
    Saved("an equals sign in alpha_pattern", lora(alpha_pattern={r"layers\.0(?=\.).*": 3, "v_proj": 5.5})),
    Saved("a regex of targets", lora(target_modules=UNSLOTH)),
    Saved("a named group in the targets", lora(target_modules=r"(?P<head>.*)\.(q_proj|v_proj)")),
    Saved("a flag in the targets", lora(target_modules=r"(?i).*\.(Q_PROJ|v_proj)\Z")),
    Saved(
        "a whole path beside layers_to_transform",
        lora(target_modules=["model.layers.0.self_attn.k_proj", "q_proj"], layers_to_transform=[1]),
    ),
    Saved("layers_pattern", lora(layers_pattern="layers", layers_to_transform=[1])),
    Saved("layers_pattern and one number", lora(layers_pattern=["block", "layers"], layers_to_transform=1)),
    Saved(
        "layers_pattern of T5's blocks",
        LoraConfig(
            task_type="SEQ_2_SEQ_LM", r=2, target_modules=["q", "wi"], layers_pattern="block", layers_to_transform=[1]
        ),
        "t5",
    ),
    Saved(
        "layers_pattern of T5's sub-layers",
        LoraConfig(
            task_type="SEQ_2_SEQ_LM", r=2, target_modules=["q", "v"], layers_pattern="layer", layers_to_transform=[1]
        ),
        "t5",
    ),
    Saved(
        "layers_pattern of loha",
        LoHaConfig(
            task_type="CAUSAL_LM", r=2, alpha=4, target_modules=["q_proj"], layers_pattern="layers", layers_to_transform=[0]
        ),
    ),
]

NAMES = [
    Saved("lora's tensors of a running model", lora(), rename=named),
    Saved(
        "dora's tensors of a running model",
        lora(use_dora=True),
        rename=lambda name: named(name).replace("magnitude_vector", "magnitude_vector.default.weight"),
    ),
    Saved(
        "ia3's tensors of a running model",
        IA3Config(task_type="CAUSAL_LM", target_modules=["k_proj", "down_proj"], feedforward_modules=["down_proj"]),
        rename=lambda name: f"{name}.other",
    ),
    Saved(
        "saved modules of a running model",
        lora(modules_to_save=["lm_head"]),
        rename=lambda name: named(name).replace("lm_head.default", "lm_head.modules_to_save.default"),
    ),
]

CASES = [*STARTS, *DEFAULTS, *TARGETS, *NAMES]


def base_model(family: str) -> PreTrainedModel:
    folder = COMMITTED_DIR / family
    auto = AutoModelForSeq2SeqLM if AutoConfig.from_pretrained(folder).is_encoder_decoder else AutoModelForCausalLM
    return auto.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def save(case: Saved, folder: Path) -> None:
    """Saves an adapter with values different from their initialisation."""
    torch.manual_seed(0)
    model = get_peft_model(base_model(case.family), case.config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad or "lora_" in name:
                parameter += random_like(parameter.shape, 0.1, case.name, name)
    model.save_pretrained(folder)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in config.items() if key not in case.without}
    path.write_text(json.dumps({**kept, **case.extra}), encoding="utf-8")


def logits_of(case: Saved, folder: Path) -> list[float]:
    """PEFT's logits at the last position."""
    torch.manual_seed(1)
    model = PeftModel.from_pretrained(base_model(case.family), folder).eval()
    ids = torch.tensor([IDS])
    with torch.no_grad():
        if model.config.is_encoder_decoder:
            logits = model(input_ids=ids[:, :PROMPT], labels=ids[:, PROMPT:]).logits
        else:
            logits = model(input_ids=ids).logits
    return [float(f"{value:.7g}") for value in logits[0, -1].tolist()]


def main() -> None:
    be_deterministic()
    cases: list[dict[str, Any]] = []
    tensors: dict[str, Tensor] = {}
    for case in CASES:
        print(case.name)
        with tempfile.TemporaryDirectory() as path:
            folder = Path(path)
            save(case, folder)
            config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
            logits = logits_of(case, folder)
            for name, tensor in load_file(folder / "adapter_model.safetensors").items():
                tensors[f"{case.name}.{case.rename(name) if case.rename else name}"] = tensor
        cases.append(
            {
                "name": case.name,
                "family": case.family,
                "config": {**config, "base_model_name_or_path": case.family},
                "logits": logits,
            }
        )
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{\n"ids": {json.dumps(IDS)},\n"prompt": {PROMPT},\n"cases": [\n{lines}\n]\n}}\n'
    (COMMITTED_DIR / "adapters.json").write_text(text, encoding="utf-8")
    save_file(tensors, COMMITTED_DIR / "adapters.safetensors")


if __name__ == "__main__":
    main()
