"""The effect of the base model's dropout on the loss.

Usage: python tests/oracle/make_dropout_goldens.py

Writes tests/golden/dropout.json: golden models with a different probability at each dropout site,
and the mean and standard deviation of transformers' loss over many samples in training mode.
Encoder-decoders read the first six ids and generate the others.
"""

from __future__ import annotations

import json
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM

from common import COMMITTED_DIR, be_deterministic

IDS = [3, 17, 42, 5, 6, 7, 11, 90, 23, 8]
PROMPT = 6
DRAWS = 4000

CASES: list[tuple[str, dict[str, Any]]] = [
    ("gpt2", {"embd_pdrop": 0.3, "resid_pdrop": 0.0, "attn_pdrop": 0.0}),
    ("gpt2", {"embd_pdrop": 0.0, "resid_pdrop": 0.3, "attn_pdrop": 0.0}),
    ("gpt2", {"embd_pdrop": 0.0, "resid_pdrop": 0.0, "attn_pdrop": 0.3}),
    ("opt", {"dropout": 0.3}),
    ("opt_350m", {"dropout": 0.3}),
    ("bloom", {"hidden_dropout": 0.3, "attention_dropout": 0.4}),
    ("t5", {"dropout_rate": 0.2}),
    ("mt5", {"dropout_rate": 0.2}),
]


def draws_of(family: str, change: dict[str, Any]) -> torch.Tensor:
    folder = COMMITTED_DIR / family
    config = AutoConfig.from_pretrained(folder, **change)
    auto = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    model = auto.from_pretrained(folder, config=config, dtype=torch.float32, attn_implementation="eager").train()
    ids = torch.tensor([IDS])
    losses = []
    with torch.no_grad():
        for draw in range(DRAWS):
            torch.manual_seed(draw)
            if config.is_encoder_decoder:
                losses.append(model(input_ids=ids[:, :PROMPT], labels=ids[:, PROMPT:]).loss)
            else:
                losses.append(model(input_ids=ids, labels=ids).loss)
    return torch.stack(losses).double()


def main() -> None:
    be_deterministic()
    cases = []
    for family, change in CASES:
        losses = draws_of(family, change)
        print(family, change, losses.mean().item(), losses.std().item())
        statistics = {"mean": losses.mean().item(), "deviation": losses.std().item()}
        cases.append({"family": family, "change": change, **statistics})
    lines = ",\n".join(json.dumps(case) for case in cases)
    head = f'"ids": {json.dumps(IDS)},\n"prompt": {PROMPT},\n"draws": {DRAWS}'
    text = f'{{\n{head},\n"cases": [\n{lines}\n]\n}}\n'
    (COMMITTED_DIR / "dropout.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
