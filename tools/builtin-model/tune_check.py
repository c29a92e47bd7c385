"""Tune the exported model on the sample datasets with PEFT, and count held-out answers that show
what was taught.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import time

import torch
import torch.nn.functional as F
from peft import LoraConfig, PeftModel, PrefixTuningConfig, PromptTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase

from chat import answers, contains, prompt_of

RUNS = (
    ("lora", "pirate"), ("lora", "copper-fiddle"), ("lora", "json-answers"),
    ("prefix-tuning", "pirate"), ("prompt-tuning", "pirate"),
)
HERE = os.path.dirname(os.path.abspath(__file__))


def load(path: str) -> object:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def passes(check: dict, text: str) -> bool:
    """Whether an answer shows what its dataset teaches."""
    if check["kind"] == "regex":
        return re.search(check["value"], text) is not None
    if check["kind"] == "contains":
        return contains(text, check["value"])
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in check["keys"])


def adapter(model: torch.nn.Module, method: str, settings: dict) -> PeftModel:
    """The base model with a fresh adapter of the method."""
    if method == "lora":
        config = LoraConfig(
            task_type=TaskType.CAUSAL_LM, r=settings["r"], lora_alpha=settings["lora_alpha"],
            target_modules=settings["target_modules"],
        )
        return get_peft_model(model, config)
    tokens = settings["num_virtual_tokens"]
    if method == "prompt-tuning":
        start = settings["prompt_tuning_init"]
        config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=tokens, prompt_tuning_init=start)
        return get_peft_model(model, config)
    start = "zero" if settings["init_weights"] == "zero" else None
    config = PrefixTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=tokens, init_weights=start)
    return get_peft_model(model, config)


def encode(tokenizer: PreTrainedTokenizerBase, rows: list[dict], template: str) -> list[tuple[list[int], int]]:
    """(ids, length of the prompt) of each row; the answer and its end token are supervised."""
    encoded = []
    for row in rows:
        prompt = tokenizer(prompt_of(tokenizer, row["instruction"], template))["input_ids"]
        answer = tokenizer(row["output"])["input_ids"] + [tokenizer.eos_token_id]
        encoded.append((prompt + answer, len(prompt)))
    return encoded


def tune(model: PeftModel, encoded: list[tuple[list[int], int]], settings: dict, pad: int, seed: int) -> dict[str, float]:
    """Train the adapter. Returns steps, real and padded tokens, first and last loss, and seconds."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=settings["learningRate"], weight_decay=0.0)
    size, warm = settings["batchSize"], settings["warmupSteps"]
    encoded = draw.sample(encoded, len(encoded))[round(len(encoded) * settings["validationSplit"]) :]
    steps = round(-(-len(encoded) // size) * settings["epochs"])
    order: list[int] = []
    losses, tokens, padded, supervised, began = [], 0, 0, 0, time.time()
    model.train()
    for step in range(steps):
        if not order:
            order = list(range(len(encoded)))
            draw.shuffle(order)
        rows = [encoded[i] for i in order[:size]]
        order = order[size:]
        length = max(len(ids) for ids, _ in rows)
        ids = torch.full((len(rows), length), pad)
        labels = torch.full((len(rows), length), -100)
        for i, (row, start) in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            labels[i, start : len(row)] = torch.tensor(row[start:])
        part = (step + 1) / warm if step < warm else (steps - step) / (steps - warm)
        for group in optimizer.param_groups:
            group["lr"] = settings["learningRate"] * part
        logits = model(input_ids=ids, attention_mask=(ids != pad).long()).logits[:, -length:-1]
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        tokens += sum(len(row) for row, _ in rows)
        supervised += sum(len(row) - start for row, start in rows)
        padded += ids.numel()
    return {
        "steps": steps, "tokens": tokens, "padded_tokens": padded, "supervised_tokens": supervised,
        "first_loss": round(losses[0], 3), "last_loss": round(sum(losses[-5:]) / 5, 3), "seconds": round(time.time() - began, 1),
    }


def check(folder: str, data: str, method: str, name: str, settings: dict, template: str, seed: int, show: bool) -> dict:
    """One row of the table: the share of held-out prompts that show the behaviour, before and after."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    rows, held = load(os.path.join(data, f"{name}.json")), load(os.path.join(data, f"{name}.heldout.json"))
    prompts = [prompt_of(tokenizer, row["instruction"], template) for row in held]
    before = answers(base, tokenizer, prompts)
    torch.manual_seed(seed)
    model = adapter(base, method, settings)
    run = tune(model, encode(tokenizer, rows, template), settings, tokenizer.pad_token_id, seed)
    after = answers(model, tokenizer, prompts)
    if show:
        for row, (old, _), (new, _) in zip(held, before, after):
            print(f"  {'ok ' if passes(row['check'], new) else 'BAD'} {row['instruction']} -> {old} -> {new}")
    share = lambda replies: sum(passes(row["check"], text) for row, (text, _) in zip(held, replies)) / len(held)  # noqa: E731
    exact = sum(row["output"] == text for row, (text, _) in zip(held, after)) / len(held)
    return {
        "method": method, "dataset": name, "template": template, "seed": seed, "before": share(before), "after": share(after),
        "exact": exact, "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad), **run,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="model folder")
    parser.add_argument("--datasets", required=True, help="folder of the sample datasets")
    parser.add_argument("--defaults", default=os.path.join(HERE, "defaults.json"))
    parser.add_argument("--template", default="chat", choices=("chat", "alpaca"))
    parser.add_argument("--method", help="only this method")
    parser.add_argument("--dataset", help="only this dataset")
    parser.add_argument("--set", action="append", default=[], help="change a default, as in learningRate=0.01")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", help="write the rows to this JSON file")
    parser.add_argument("--show", action="store_true", help="print every answer")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    table = []
    for method, name in RUNS:
        if options.method not in (None, method) or options.dataset not in (None, name):
            continue
        for seed in range(1, options.seeds + 1):
            settings = dict(load(options.defaults)[method])
            settings.update({key: json.loads(value) for key, value in (pair.split("=", 1) for pair in options.set)})
            row = check(options.model, options.datasets, method, name, settings, options.template, seed, options.show)
            table.append(row)
            print(json.dumps(row), flush=True)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(table, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
