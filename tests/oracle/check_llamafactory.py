"""Usage: check_llamafactory.py DIR   lets LLaMA-Factory's own parser read what export-script.ts wrote, and its own data
pipeline tokenize the rows: tokens and learned places have to be those of the run."""

from __future__ import annotations

import json
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

# Imported at the top there, but only used for sound.
sys.modules["torchaudio"] = ModuleType("torchaudio")
sys.modules["torchaudio"].__spec__ = ModuleSpec("torchaudio", None)
os.environ["DISABLE_VERSION_CHECK"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import get_train_args
from llamafactory.model import load_tokenizer

IGNORED = -100


def wanted_rows(script: Path, split: str) -> list[dict]:
    rows = [json.loads(line) for line in (script / "data/tokens.jsonl").open()]
    return [row for row in rows if row["split"] == split]


def labels_of(text: dict) -> tuple[list[int], list[int]]:
    """Tokens up to the last that is learned, and their labels."""
    end = max(end for _, end in text["learned"])
    ids = text["ids"][:end]
    learned = [any(start <= place < stop for start, stop in text["learned"]) for place in range(end)]
    return ids, [token if on else IGNORED for token, on in zip(ids, learned)]


def check(folder: Path, model: str) -> None:
    os.chdir(folder)
    from omegaconf import OmegaConf

    values = OmegaConf.to_container(OmegaConf.load("train.yaml"))
    values["model_name_or_path"] = model
    model_args, data_args, training_args, finetuning_args, _ = get_train_args({**values, "use_cpu": True})
    run = json.loads((folder.parent / "training-script/run.json").read_text())
    training = run["training"]
    for name, ours, theirs in (
        ("learning rate", training["learning_rate"], training_args.learning_rate),
        ("schedule", training["schedule"], training_args.lr_scheduler_type.value),
        ("warm-up", training["warmup_steps"], training_args.warmup_steps),
        ("steps", training["total_steps"], training_args.max_steps),
        ("batch", training["batch_size"], training_args.per_device_train_batch_size),
        ("accumulation", training["gradient_accumulation"], training_args.gradient_accumulation_steps),
        ("decay", training["weight_decay"], training_args.weight_decay),
        ("clipping", training["max_grad_norm"], training_args.max_grad_norm),
    ):
        assert ours == theirs, f"{name}: {theirs}, not {ours}"
    config = json.loads((folder.parent / "training-script/adapter/adapter_config.json").read_text())
    assert config["r"] == finetuning_args.lora_rank and config["lora_alpha"] == finetuning_args.lora_alpha
    assert sorted(config["target_modules"]) == sorted(finetuning_args.lora_target)
    tokenizer = load_tokenizer(model_args)
    template = get_template_and_fix_tokenizer(tokenizer["tokenizer"], data_args)
    stage = "rm" if finetuning_args.stage == "dpo" else "sft"
    data = get_dataset(template, model_args, data_args, training_args, stage=stage, **tokenizer)
    for split, name in (("train", "train_dataset"), ("validation", "eval_dataset")):
        rows = wanted_rows(folder.parent / "training-script", split)
        theirs = data[name]
        theirs = theirs["validation"] if isinstance(theirs, dict) else theirs
        assert len(rows) == len(theirs) > 0, f"{split}: {len(theirs)} rows, not {len(rows)}"
        for row, their in zip(rows, theirs):
            if stage == "sft":
                assert labels_of(row["text"]) == (their["input_ids"], their["labels"]), row
                continue
            for side in ("chosen", "rejected"):
                got = their[f"{side}_input_ids"], their[f"{side}_labels"]
                assert labels_of(row[side]) == got, (row[side], got)
        print(f"ok     {folder.parent.name}, LLaMA-Factory: {len(rows)} rows of {split} with the run's tokens and masks")


def main() -> None:
    directory = Path(sys.argv[1]).resolve()
    checked = 0
    for folder in sorted(directory.glob("*/llama-factory")):
        model = str(HERE / json.loads((folder.parent / "base.json").read_text())["model"])
        check(folder, model)
        checked += 1
    if checked == 0:
        raise SystemExit("nothing to check")


HERE = Path.cwd()

if __name__ == "__main__":
    main()
