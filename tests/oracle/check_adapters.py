"""Usage: python tests/oracle/check_adapters.py DIR   holds the bottleneck cases to the adapters library.

Runs in the environment of `setup.sh adapters`. For each case: the library, given the golden's
starting values, must have the golden's logits, gradients and losses; and it must load our export in
DIR/<family>/<case> and compute our logits from it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import adapters
import torch
from adapters.composition import Fuse, Stack
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedModel

from common import (
    GOLDEN_DIR,
    be_deterministic,
    observe_loaded,
    relative_l2,
    summed_loss,
    supervised_count,
)

CASES = (
    "houlsby",
    "pfeiffer",
    "mad_x_language",
    "mad_x_task",
    "fusion_houlsby",
    "fusion_pfeiffer",
)
WITH_OWN_HEADS = ("mad_x_language", "mad_x_task")
"""Cases whose inverse stands before the head, which the library applies in its own classes only."""
NAME = "luthier"
TOLERANCE = 1e-4


def load_base(family: str, case: str) -> PreTrainedModel:
    """The committed base model, ready for adapters."""
    kind = adapters.AutoAdapterModel if case in WITH_OWN_HEADS else AutoModelForCausalLM
    model = kind.from_pretrained(
        GOLDEN_DIR / family, dtype=torch.float32, attn_implementation="eager"
    )
    adapters.init(model)
    return model


def masked_logits(model: PreTrainedModel, golden: dict[str, Tensor]) -> Tensor:
    """Logits of the first micro-batch, zero on padding."""
    mask = golden["attention_mask"][0].long()
    with torch.no_grad():
        logits = model(input_ids=golden["input_ids"][0].long(), attention_mask=mask).logits
    return logits * mask[..., None]


def losses(model: PreTrainedModel, golden: dict[str, Tensor], training: dict) -> list[float]:
    """The summed loss before each AdamW step on both micro-batches."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters,
        lr=training["learning_rate"],
        betas=training["betas"],
        eps=training["epsilon"],
        weight_decay=training["weight_decay"],
    )
    labels = golden["labels"].long()
    total = sum(supervised_count(part) for part in labels)
    measured: list[float] = []
    for _ in range(training["steps"]):
        optimizer.zero_grad()
        loss = 0.0
        for micro, target in enumerate(labels):
            logits = model(
                input_ids=golden["input_ids"][micro].long(),
                attention_mask=golden["attention_mask"][micro].long(),
            ).logits
            part = summed_loss(logits, target) / total
            part.backward()
            loss += float(part.detach())
        penalty = model.base_model.get_fusion_regularization_loss()
        if penalty is not None:
            penalty.backward()
        torch.nn.utils.clip_grad_norm_(parameters, training["max_grad_norm"])
        optimizer.step()
        measured.append(loss)
    return measured


def gradient_gap(name: str, parameter: Tensor, golden: dict[str, Tensor]) -> float:
    """How far a gradient is from the golden's, where it is more than rounding: a bias of keys adds
    the same to all scores, which the softmax cancels."""
    settled = golden.get(f"unsettled.{name}", torch.zeros(1)) == 0
    expected = golden[f"grad.{name}"] * settled
    return relative_l2(parameter.grad * settled, expected) if expected.any() else 0.0


def is_fusion(config: dict[str, object]) -> bool:
    """Whether a config is that of a fusion and not of an adapter."""
    return "value_before_softmax" in config


def fill_experts(model: PreTrainedModel, names: list[str], golden: dict[str, Tensor]) -> None:
    """Gives the frozen adapters the golden's values, which all have one name there."""
    for index, expert in enumerate(names):
        for name, parameter in model.named_parameters():
            if f"adapters.{expert}." in name:
                key = f"init.experts.{index}.{name.replace(f'.{expert}.', f'.{NAME}.')}"
                parameter.data.copy_(golden[key])


def check_golden(family: str, case: str) -> dict[str, float]:
    """How far the library is from the golden."""
    folder = GOLDEN_DIR / family / case
    golden = load_file(folder / "golden.safetensors")
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["config"]
    info = json.loads((folder / "golden.json").read_text(encoding="utf-8"))
    training, experts = info["training"], info.get("experts", [])
    model = load_base(family, case)
    for expert in experts:
        model.add_adapter(expert["name"], config=adapters.BnConfig(**expert["config"]["config"]))
    names = [expert["name"] for expert in experts]
    if is_fusion(config):
        model.add_adapter_fusion(Fuse(*names), config)
        model.train_adapter_fusion(Fuse(*names))
    else:
        model.add_adapter(NAME, config=adapters.BnConfig(**config))
        model.train_adapter(NAME)
        if experts:
            model.set_active_adapters(Stack(*names, NAME))
    fill_experts(model, names, golden)
    named = {n: p for n, p in model.named_parameters() if p.requires_grad}
    for name, parameter in named.items():
        parameter.data.copy_(golden[f"init.{name}"])
    logits = masked_logits(model, golden)
    ids, mask, labels = (golden[k][0].long() for k in ("input_ids", "attention_mask", "labels"))
    loss = summed_loss(model(input_ids=ids, attention_mask=mask).logits, labels)
    (loss / supervised_count(labels)).backward()
    worst = max(gradient_gap(n, p, golden) for n, p in named.items())
    run = torch.tensor(losses(model, golden, training))
    return {
        "logits": relative_l2(logits, golden["logits"]),
        "gradients": worst,
        "losses": relative_l2(run, golden["losses"]),
    }


def check_export(family: str, case: str, folder: Path) -> float:
    """How far our logits are from those that the library computes from our export."""
    golden = load_file(GOLDEN_DIR / family / case / "golden.safetensors")
    model = load_base(family, case)
    inside = sorted(path.parent for path in folder.glob("*/adapter_config.json"))
    names = [model.load_adapter(str(path), use_safetensors=True) for path in inside]
    if (folder / "adapter_fusion_config.json").is_file():
        model.load_adapter_fusion(str(folder), use_safetensors=True, set_active=True)
    else:
        names.append(model.load_adapter(str(folder), use_safetensors=True))
        model.set_active_adapters(Stack(*names))
    logits = masked_logits(model.eval(), golden)
    ours = load_file(folder / "ours.safetensors")["logits"]
    return relative_l2(torch.where(logits.abs().sum(-1, keepdim=True) > 0, ours, 0), logits)


def main(directory: Path) -> int:
    """Prints one row per case; 1 if any failed."""
    be_deterministic()
    paths = [path for case in CASES for path in GOLDEN_DIR.glob(f"*/{case}")]
    failures = 0
    for path in sorted(paths):
        family, case = path.parent.name, path.name
        far = check_golden(family, case)
        far["export"] = check_export(family, case, directory / family / case)
        agrees = all(value < TOLERANCE for value in far.values())
        failures += not agrees
        if agrees:
            observe_loaded(f"{family}/{case}", "adapters")
        print(f"{family}/{case:12}", *(f"{name} {value:.1e}" for name, value in far.items()))
    print(f"{len(paths) - failures} of {len(paths)} cases agree with the adapters library")
    return 1 if failures or not paths else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
