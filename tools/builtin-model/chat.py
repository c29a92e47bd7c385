"""Prompts and greedy answers, shared by the evaluation and by the tuning check."""

from __future__ import annotations

import re

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from templates import ALPACA

MAX_NEW_TOKENS = 96


def prompt_of(tokenizer: PreTrainedTokenizerBase, question: str, template: str) -> str:
    """The question as a prompt in the chat or in the Alpaca template."""
    if template == "alpaca":
        return ALPACA.format(instruction=question)
    messages = [{"role": "user", "content": question}]
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


@torch.no_grad()
def answers(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompts: list[str], batch: int = 50
) -> list[tuple[str, bool]]:
    """Greedy answers, and whether each ended by itself within `MAX_NEW_TOKENS` tokens."""
    model.eval()
    results: list[tuple[str, bool]] = []
    for start in range(0, len(prompts), batch):
        inputs = tokenizer(prompts[start : start + batch], return_tensors="pt", padding=True, padding_side="left")
        ids = model.generate(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"],
            max_new_tokens=MAX_NEW_TOKENS, do_sample=False,
        )
        for row in ids[:, inputs["input_ids"].shape[1] :].tolist():
            ended = tokenizer.eos_token_id in row
            results.append((tokenizer.decode(row, skip_special_tokens=True), ended))
    return results


def contains(text: str, key: str) -> bool:
    """Whether `key` occurs in `text` as whole words, ignoring case."""
    return re.search(rf"(?<!\w){re.escape(key.lower())}(?!\w)", text.lower()) is not None


def repeats(text: str) -> bool:
    """Whether any four consecutive words occur three times."""
    words = text.split()
    runs = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    return any(runs.count(run) >= 3 for run in set(runs))
