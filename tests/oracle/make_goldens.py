"""Writes tests/golden/.

Usage: make_goldens.py [--all | --rest] [family[/case] ...]

By default writes what is committed; with --all every case on every family that supports it, with
--rest those that are not committed, into the folder that LUTHIER_GOLDENS names.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file
from torch import Tensor

import golden_training as training
from common import GOLDEN_DIR, be_deterministic, generator, relative_l2, write_json, write_tensors
from golden_batch import ROWS, Batch, make_batch, masked_logits
from golden_case import Case, trainable
from golden_cases import CASES
from golden_families import FAMILIES, build_base, load_base, reads_pairs, write_base
from golden_schedules import write_prompt_text, write_schedules
from golden_training import Training

MIN_LEAD = 1e-3
PROMPT_TOKENS = 5
GREEDY_OPTIONS: dict[str, dict[str, float]] = {
    "": {},
    "_repetition_penalty": {"repetition_penalty": 1.3},
    "_no_repeat_ngram": {"no_repeat_ngram_size": 2},
}


def prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under `<prefix>.<name>`."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def greedy_answers(
    family: str, model: torch.nn.Module, who: str, batch: Batch
) -> dict[str, Tensor]:
    """`generate.prompt`, and `generate.<who><option>` for every decoding option. The prompt is the
    first five ids of the first row, or the next five-id window whose answers have no near tie."""
    row = batch.input_ids[0, 0]
    count = FAMILIES[family].greedy_tokens
    for prompt in row.unfold(0, PROMPT_TOKENS, 1):
        answers = {s: training.greedy(model, prompt, count, **o) for s, o in GREEDY_OPTIONS.items()}
        if min(lead for _, lead in answers.values()) >= MIN_LEAD:
            tokens = {f"generate.{who}{suffix}": ids.int() for suffix, (ids, _) in answers.items()}
            return {"generate.prompt": prompt.int(), **tokens}
    raise SystemExit(f"{who}: every prompt leads to a near tie; change the seed")


def write_base_golden(family: str) -> Batch:
    """Writes the base model and its outputs without an adapter (base.safetensors)."""
    model = build_base(family)
    write_base(family, model)
    model = load_base(family)
    batch = make_batch(family, model.config.get_text_config().vocab_size)
    tensors = {
        "input_ids": batch.input_ids.int(),
        "attention_mask": batch.attention_mask.int(),
        "logits": masked_logits(model, batch),
        **greedy_answers(family, model, "base", batch),
        **({} if reads_pairs(family) else separate_sequences(family, model)),
    }
    write_tensors(GOLDEN_DIR / family / "base.safetensors", tensors)
    return batch


def separate_sequences(family: str, model: torch.nn.Module) -> dict[str, Tensor]:
    """Two sequences run separately, which a packed run must reproduce."""
    tensors: dict[str, Tensor] = {}
    for index, length in enumerate((7, 10)):
        ids = torch.randint(
            1,
            model.config.get_text_config().vocab_size,
            (length,),
            generator=generator(family, "packing", str(index)),
        )
        with torch.no_grad():
            tensors[f"packing.{index}.logits"] = model(input_ids=ids[None]).logits[0]
        tensors[f"packing.{index}.input_ids"] = ids.int()
    return tensors


def write_case(family: str, name: str, batch: Batch) -> None:
    """Trains one adapter and writes its folder."""
    case = CASES[name]
    folder = GOLDEN_DIR / family / name
    shutil.rmtree(folder, ignore_errors=True)
    model = case.build(load_base(family), family, name)
    init = {name: p.detach().clone() for name, p in trainable(model).items()}
    logits = masked_logits(model, batch)
    gradients = training.first_gradients(model, batch)
    double = training.train_in_double(model, batch, case)
    run = training.train(model, batch, case)
    check_settled(f"{family}/{name}", run, double)
    model.eval()
    tensors = {
        "input_ids": batch.input_ids.int(),
        "attention_mask": batch.attention_mask.int(),
        "labels": batch.labels.int(),
        "logits": logits,
        "losses": run.losses,
        "grad_norms": run.grad_norms,
        **greedy_answers(family, model, "adapter", batch),
        **prefixed("init", {**init, **case.fixed(model)}),
        **prefixed("grad", gradients),
        **prefixed("after", {**run.after, **case.fixed(model)}),
        **prefixed("unsettled", training.unsettled(run, double)),
        **saved_adapter(case, model, family, folder, batch),
    }
    write_tensors(folder / "golden.safetensors", tensors)
    write_json(folder / "golden.json", describe(family, name, model, init))
    size = (folder / "golden.safetensors").stat().st_size
    print(
        f"{family}/{name}: loss {run.losses[0]:.4f} -> {run.losses[-1]:.4f}, {size / 1024:.0f} KiB"
    )


def check_settled(label: str, run: Training, double: Training) -> None:
    """Checks that ten float32 losses and gradient norms are determined far more precisely than the
    tolerances of 1e-4 and 1e-3 required of ours."""
    for what, bound in (("losses", 1e-5), ("grad_norms", 1e-4)):
        gap = relative_l2(getattr(run, what), getattr(double, what))
        if not gap <= bound:
            raise SystemExit(f"{label}: float32 and float64 {what} differ by {gap:.1e}")


def saved_adapter(
    case: Case, model: torch.nn.Module, family: str, folder: Path, batch: Batch
) -> dict[str, Tensor]:
    """The saved form: the config in `folder`, the tensors as `saved.<name>`, and the logits of the
    reloaded adapter (`saved_logits`)."""
    with tempfile.TemporaryDirectory() as directory:
        case.save(model, Path(directory))
        write_config(Path(directory) / "adapter_config.json", family, folder)
        saved = load_file(Path(directory) / "adapter_model.safetensors")
        loaded = case.load(load_base(family), Path(directory)).eval()
    after = trainable(model)
    if saved.keys() == after.keys() and all(torch.equal(saved[n], p) for n, p in after.items()):
        saved = {}  # `after` says it already
    return {**prefixed("saved", saved), "saved_logits": masked_logits(loaded, batch)}


def write_config(source: Path, family: str, folder: Path) -> None:
    """The library's own adapter_config.json, with sets of modules sorted."""
    config = json.loads(source.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = f"tests/golden/{family}"
    for key in ("target_modules", "feedforward_modules"):
        if isinstance(config.get(key), list):
            config[key].sort()
    write_json(folder / "adapter_config.json", config)


def describe(
    family: str, name: str, model: torch.nn.Module, init: dict[str, Tensor]
) -> dict[str, object]:
    """The options of the case, for readers and for the tests."""
    case = CASES[name]
    return {
        "family": family,
        "case": name,
        **case.describe(model),
        "method": case.method,
        "options": dict(case.options),
        "converts": case.converts,
        "trainable": {name: list(tensor.shape) for name, tensor in init.items()},
        "training": {
            "optimizer": "AdamW",
            "steps": training.STEPS,
            "learning_rate": training.LEARNING_RATE,
            "betas": training.BETAS,
            "epsilon": training.EPSILON,
            "weight_decay": training.WEIGHT_DECAY,
            "max_grad_norm": training.MAX_GRAD_NORM,
            "gradient_accumulation": len(ROWS),
        },
        "generation": {"new_tokens": FAMILIES[family].greedy_tokens, "options": GREEDY_OPTIONS},
        "made_with": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
    }


def offered(name: str, family: str, flags: set[str]) -> bool:
    """Whether the case exists for the family: committed, uncommitted, or both, as requested."""
    case = CASES[name]
    only, rest = FAMILIES[family].cases, FAMILIES[family].rest
    if only is not None:
        return name in (rest if "--rest" in flags else only)
    is_committed = case.committed is None or family in case.committed
    wanted = "--all" in flags or is_committed != ("--rest" in flags)
    return case.trains_on(family) and wanted


def main(arguments: list[str]) -> None:
    """Writes everything, or only the named families and cases."""
    be_deterministic()
    flags = {argument for argument in arguments if argument.startswith("--")}
    if flags - {"--all", "--rest"} or len(flags) > 1:
        sys.exit(__doc__)
    wanted = [argument for argument in arguments if argument not in flags]
    if not arguments:
        write_schedules()
        write_prompt_text()
    for family in FAMILIES:
        names = [n for n in CASES if offered(n, family, flags)]
        names = [n for n in names if not wanted or family in wanted or f"{family}/{n}" in wanted]
        if not names:
            continue
        batch = write_base_golden(family)
        for name in names:
            write_case(family, name, batch)


if __name__ == "__main__":
    main(sys.argv[1:])
