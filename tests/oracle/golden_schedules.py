"""Goldens that need no model: learning-rate schedules and the text initialisation of prompts."""

from __future__ import annotations

from unittest.mock import patch

import torch
from peft import PromptTuningConfig
from peft.tuners.prompt_tuning import PromptEmbedding
from torch.optim.lr_scheduler import LambdaLR
from transformers import (
    AutoTokenizer,
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

from common import GOLDEN_DIR, write_json

TOTAL_STEPS = 20


def write_schedules() -> None:
    """Writes schedules.json: factors[k] multiplies the learning rate in step k (from 0)."""
    rows = []
    for warmup in (0, 3):
        for name in ("linear", "cosine", "constant"):
            factors = _factors(name, warmup)
            rows.append(
                {
                    "schedule": name,
                    "warmup_steps": warmup,
                    "total_steps": TOTAL_STEPS,
                    "factors": factors,
                }
            )
    write_json(GOLDEN_DIR / "schedules.json", rows)


def _factors(name: str, warmup: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = _scheduler(name, optimizer, warmup)
    factors = []
    for _ in range(TOTAL_STEPS):
        factors.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return factors


def _scheduler(name: str, optimizer: torch.optim.Optimizer, warmup: int) -> LambdaLR:
    if name == "linear":
        return get_linear_schedule_with_warmup(optimizer, warmup, TOTAL_STEPS)
    if name == "cosine":
        return get_cosine_schedule_with_warmup(optimizer, warmup, TOTAL_STEPS)
    return get_constant_schedule_with_warmup(optimizer, warmup)


def write_prompt_text() -> None:
    """Writes prompt_text.json: the token ids that PEFT looks up for prompt_tuning_init TEXT,
    given the ids of the text and the number of virtual tokens."""
    text_ids = [7, 3, 11, 2, 5]
    rows = [
        {"text_ids": text_ids, "num_virtual_tokens": n, "prompt_ids": _prompt_ids(text_ids, n)}
        for n in (1, 3, 5, 8, 12)
    ]
    write_json(GOLDEN_DIR / "prompt_text.json", rows)


def _prompt_ids(text_ids: list[int], virtual_tokens: int) -> list[int]:
    """PEFT's own expansion, read off an embedding whose row i holds the number i."""
    words = torch.nn.Embedding(16, 1)
    words.weight.data.copy_(torch.arange(16.0)[:, None])
    config = PromptTuningConfig(
        task_type="CAUSAL_LM",
        num_virtual_tokens=virtual_tokens,
        token_dim=1,
        num_transformer_submodules=1,
        prompt_tuning_init="TEXT",
        prompt_tuning_init_text="any",
        tokenizer_name_or_path="any",
    )
    with patch.object(
        AutoTokenizer, "from_pretrained", return_value=lambda _text: {"input_ids": text_ids}
    ):
        embedding = PromptEmbedding(config, words)
    return embedding.embedding.weight[:, 0].int().tolist()
