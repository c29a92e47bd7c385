"""Usage: check_axolotl.py DIR   lets Axolotl's own validation read what export-script.ts wrote, and its own loaders the rows:
tokens and labels have to be those of the run, pairs the run's text."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["AXOLOTL_DO_NOT_TRACK"] = "1"

import yaml
from axolotl.utils.config import validate_config
from axolotl.utils.data.shared import load_dataset_with_config
from axolotl.utils.data.wrappers import get_dataset_wrapper
from axolotl.utils.dict import DictDefault
from axolotl.utils.schemas.config import AxolotlInputConfig
from transformers import AutoTokenizer

IGNORED = -100
CPU = {"bf16": False, "fp8": False, "n_gpu": 1, "compute_capability": "sm_80", "tf32": False}
ENVIRONMENT = {"torch_version": "2.13.0"}


def check(folder: Path, model: str) -> None:
    os.chdir(folder)
    values = yaml.safe_load(Path("train.yaml").read_text())
    unknown = set(values) - set(AxolotlInputConfig.model_fields)
    assert not unknown, f"Axolotl has no {sorted(unknown)}"
    config = validate_config(DictDefault({**values, "base_model": model}), CPU, ENVIRONMENT)
    script = folder.parent / "training-script"
    training = json.loads((script / "run.json").read_text())["training"]
    for name, ours, theirs in (
        ("learning rate", training["learning_rate"], float(config.learning_rate)),
        ("schedule", training["schedule"], str(getattr(config.lr_scheduler, "value", config.lr_scheduler))),
        ("warm-up", training["warmup_steps"], config.warmup_steps),
        ("steps", training["total_steps"], config.max_steps),
        ("batch", training["batch_size"], config.micro_batch_size),
        ("accumulation", training["gradient_accumulation"], config.gradient_accumulation_steps),
        ("decay", training["weight_decay"], config.weight_decay),
        ("clipping", training["max_grad_norm"], config.max_grad_norm),
    ):
        assert ours == theirs, f"{name}: {theirs}, not {ours}"
    adapter = json.loads((script / "adapter/adapter_config.json").read_text())
    assert (adapter["r"], adapter["lora_alpha"]) == (config.lora_r, config.lora_alpha)
    assert sorted(adapter["target_modules"]) == sorted(config.lora_target_modules)
    tokenizer = AutoTokenizer.from_pretrained(model)
    for split, datasets in (("train", config.datasets), ("validation", config.test_datasets)):
        rows = [json.loads(line) for line in (script / "data/tokens.jsonl").open()]
        rows = [row for row in rows if row["split"] == split]
        dataset = load_dataset_with_config(datasets[0], use_auth_token=False, streaming=False)
        dataset = dataset["train"] if "train" in dataset else dataset
        assert len(dataset) == len(rows) > 0
        if config.rl is None:
            dataset, _ = get_dataset_wrapper(datasets[0], tokenizer, config, None, dataset)
        for row, theirs in zip(rows, dataset):
            if config.rl is None:
                ids, learned = row["text"]["ids"], row["text"]["learned"]
                labels = [IGNORED] * len(ids)
                for start, end in learned:
                    labels[start:end] = ids[start:end]
                assert (theirs["input_ids"], theirs["labels"]) == (ids, labels), row
                continue
            for side in ("chosen", "rejected"):
                pieces = [tokenizer(theirs[part], add_special_tokens=False)["input_ids"] for part in ("prompt", side)]
                assert sum(pieces, []) == row[side]["ids"], (theirs, row)
        print(f"ok     {folder.parent.name}, Axolotl: {len(rows)} rows of {split} with the run's tokens")


def main() -> None:
    directory, here = Path(sys.argv[1]).resolve(), Path.cwd()
    folders = sorted(directory.glob("*/axolotl"))
    for folder in folders:
        check(folder, str(here / json.loads((folder.parent / "base.json").read_text())["model"]))
    if not folders:
        raise SystemExit("nothing to check")


if __name__ == "__main__":
    main()
