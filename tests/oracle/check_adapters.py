"""Compares the bottleneck cases with the adapters library, in the environment of `setup.sh
adapters`.

Usage: python tests/oracle/check_adapters.py DIR

For each case the library must reproduce the golden's logits, gradients and losses from the golden's
starting values, and our logits from our export in DIR/<family>/<case>, also through the code of its
model card. Where the card has no such code, the library must not be able to load the export.
"""

from __future__ import annotations

import json
import sys
import tempfile
from functools import cache
from pathlib import Path

import adapters
import torch
from adapters.composition import Fuse, Stack
from adapters.wrappers.interfaces import get_adapter_interface
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedModel

from common import (
    GOLDEN_DIR,
    be_deterministic,
    observe_loaded,
    relative_l2,
    supervised_count,
    write_json,
)
from golden_batch import Batch, masked_logits, micro_loss
from usage import run_usage

CASES = (
    "houlsby",
    "pfeiffer",
    "mad_x_language",
    "mad_x_task",
    "fusion_houlsby",
    "fusion_pfeiffer",
)
WITH_OWN_HEADS = ("mad_x_language", "mad_x_task")
"""Cases whose inverse stands before the head: where the library has classes of its own for a family,
it applies that in them only."""
NAME = "luthier"
TOLERANCE = 1e-4


TEMPORARY = tempfile.TemporaryDirectory()


@cache
def base_folder(family: str) -> Path:
    """The golden's base model with its config in transformers 4 format, as the library needs."""
    source = (GOLDEN_DIR / family).resolve()
    folder = Path(TEMPORARY.name) / family
    folder.mkdir()
    (folder / "model.safetensors").symlink_to(source / "model.safetensors")
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    rope = config.pop("rope_parameters", None)
    if rope and "sliding_attention" in rope:
        config["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        rope = rope["full_attention"]
    if rope:
        config["rope_theta"] = rope.pop("rope_theta")
        config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    if config.get("is_encoder_decoder"):  # all of their heads are called tied there
        config["tie_word_embeddings"] = config.get("scale_decoder_outputs", False)
    write_json(folder / "config.json", config)
    return folder


def load_base(
    family: str, case: str, interface: adapters.AdapterModelInterface | None
) -> PreTrainedModel:
    """The golden's base model, ready for adapters; `interface` describes a family to the library if
    needed."""
    folder = base_folder(family)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    reads_pairs = config.get("is_encoder_decoder", False)
    plain = AutoModelForSeq2SeqLM if reads_pairs else AutoModelForCausalLM
    interface = interface or get_adapter_interface(config["model_type"])
    has_own_head = case in WITH_OWN_HEADS and interface is None
    kind = adapters.AutoAdapterModel if has_own_head and not reads_pairs else plain
    model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    if has_own_head and reads_pairs:
        return with_own_head(model)
    adapters.init(model, interface=interface)
    return model


def with_own_head(plain: PreTrainedModel) -> PreTrainedModel:
    """The library's model class with an encoder-decoder's weights, as it cannot read files with a
    head itself."""
    model = adapters.AutoAdapterModel.from_config(plain.config, attn_implementation="eager")
    numbers = {n: p for n, p in plain.state_dict().items() if not n.startswith("lm_head.")}
    model.transformer.load_state_dict(numbers)
    model.add_seq2seq_lm_head("lm")
    model.heads["lm"].set_output_embeddings(plain.lm_head)
    adapters.init(model)
    return model


def read_batch(golden: dict[str, Tensor]) -> Batch:
    """The rows of a golden."""
    return Batch(*(golden[key].long() for key in ("input_ids", "attention_mask", "labels")))


def losses(model: PreTrainedModel, batch: Batch, training: dict) -> list[float]:
    """The summed loss before each AdamW step on both micro-batches."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters,
        lr=training["learning_rate"],
        betas=training["betas"],
        eps=training["epsilon"],
        weight_decay=training["weight_decay"],
    )
    total = sum(supervised_count(labels) for labels in batch.labels)
    measured: list[float] = []
    for _ in range(training["steps"]):
        optimizer.zero_grad()
        loss = 0.0
        for rows in zip(batch.input_ids, batch.attention_mask, batch.labels, strict=True):
            part = micro_loss(model, *rows)[0] / total
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
    """The relative difference of a gradient from the golden's, ignoring rounding: a key bias adds
    the same to all scores, which the softmax cancels."""
    settled = golden.get(f"unsettled.{name}", torch.zeros(1)) == 0
    expected = golden[f"grad.{name}"] * settled
    return relative_l2(parameter.grad * settled, expected) if expected.any() else 0.0


def is_fusion(config: dict[str, object]) -> bool:
    """Whether a config describes a fusion instead of an adapter."""
    return "value_before_softmax" in config


def own_name(name: str, golden: dict[str, Tensor], within: str = "") -> str:
    """A parameter's name in the golden; the library's T5 nests the model one level deeper."""
    return name if f"init.{within}{name}" in golden else name.removeprefix("transformer.")


def fill_experts(model: PreTrainedModel, names: list[str], golden: dict[str, Tensor]) -> None:
    """Sets the frozen adapters to the golden's values."""
    for index, expert in enumerate(names):
        for name, parameter in model.named_parameters():
            if f"adapters.{expert}." in name:
                within = f"experts.{index}."
                own = own_name(name.replace(f".{expert}.", f".{NAME}."), golden, within)
                parameter.data.copy_(golden[f"init.{within}{own}"])


def check_golden(
    family: str, case: str, interface: adapters.AdapterModelInterface | None
) -> dict[str, float]:
    """The relative difference between the library and the golden."""
    folder = GOLDEN_DIR / family / case
    golden = load_file(folder / "golden.safetensors")
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["config"]
    info = json.loads((folder / "golden.json").read_text(encoding="utf-8"))
    training, experts = info["training"], info.get("experts", [])
    model = load_base(family, case, interface)
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
    named = {own_name(n, golden): p for n, p in model.named_parameters() if p.requires_grad}
    for name, parameter in named.items():
        parameter.data.copy_(golden[f"init.{name}"])
    batch = read_batch(golden)
    logits = masked_logits(model, batch)
    first = (batch.input_ids[0], batch.attention_mask[0], batch.labels[0])
    (micro_loss(model, *first)[0] / supervised_count(first[-1])).backward()
    worst = max(gradient_gap(n, p, golden) for n, p in named.items())
    run = torch.tensor(losses(model, batch, training))
    return {
        "logits": relative_l2(logits, golden["logits"]),
        "gradients": worst,
        "losses": relative_l2(run, golden["losses"]),
    }


def check_export(
    family: str, case: str, folder: Path, interface: adapters.AdapterModelInterface | None = None
) -> float:
    """The relative difference between our logits and the library's from our export."""
    golden = load_file(GOLDEN_DIR / family / case / "golden.safetensors")
    model = load_base(family, case, interface)
    inside = sorted(path.parent for path in folder.glob("*/adapter_config.json"))
    names = [model.load_adapter(str(path), use_safetensors=True) for path in inside]
    if (folder / "adapter_fusion_config.json").is_file():
        model.load_adapter_fusion(str(folder), use_safetensors=True, set_active=True)
    else:
        names.append(model.load_adapter(str(folder), use_safetensors=True))
        model.set_active_adapters(Stack(*names))
    return gap_of_ours(folder, masked_logits(model.eval(), read_batch(golden)))


def is_loaded(family: str, case: str, folder: Path) -> bool:
    """Whether the library reproduces our logits from an export that is declared unsupported."""
    try:
        return check_export(family, case, folder) < TOLERANCE
    except ValueError:  # a family that it does not know
        return False


def check_case(family: str, case: str, folder: Path) -> dict[str, float]:
    """The differences between the library and the golden, and between our logits and the library's
    on our export, loaded directly and with the card's code (which also describes the family to
    the library if needed).
    """
    golden = load_file(GOLDEN_DIR / family / case / "golden.safetensors")
    model = run_usage(folder, base_folder(family), with_adapters=True)
    interface = model.base_model.adapter_interface
    return {
        **check_golden(family, case, interface),
        "export": check_export(family, case, folder, interface),
        "card": gap_of_ours(folder, masked_logits(model, read_batch(golden))),
    }


def gap_of_ours(folder: Path, logits: Tensor) -> float:
    """The relative difference of our logits on real tokens."""
    ours = load_file(folder / "ours.safetensors")["logits"]
    return relative_l2(torch.where(logits.abs().sum(-1, keepdim=True) > 0, ours, 0), logits)


def main(directory: Path) -> int:
    """Prints one row per case; 1 if any failed."""
    be_deterministic()
    paths = [path for case in CASES for path in GOLDEN_DIR.glob(f"*/{case}")]
    failures = 0
    for path in sorted(paths):
        family, case = path.parent.name, path.name
        folder = directory / family / case
        if not (folder / "usage.py").is_file():
            loads = is_loaded(family, case, folder)
            failures += loads
            verdict = "is loaded, though it says not" if loads else "is the studio's alone"
            print(f"{family}/{case:12}", verdict)
            continue
        far = check_case(family, case, folder)
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
