"""Scores processed by transformers' logits processors.

Usage: python tests/oracle/make_answer_goldens.py

Writes tests/golden/answers.json: random scores, ids and generation_config.json keys, and the scores
after the processors that `generate` creates for them, without warpers. null is minus infinity.
"""

from __future__ import annotations

import json
import math
import random
from typing import Any

import torch
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel, T5Config, T5ForConditionalGeneration

from common import COMMITTED_DIR

VOCABULARY = 16
CASES = 60
ENDS = [3, 5]


def draw(rng: random.Random) -> dict[str, Any]:
    """A generation_config.json with a few of the keys."""

    def some(count: int) -> list[int]:
        return [rng.randrange(VOCABULARY) for _ in range(count)]

    keys: dict[str, Any] = {
        "sequence_bias": [[some(rng.randint(1, 2)), round(rng.uniform(-4, 4), 2)] for _ in range(6)],
        "bad_words_ids": [[rng.choice(ENDS)], *(some(rng.randint(1, 3)) for _ in range(8))],
        "encoder_repetition_penalty": rng.choice((0.5, 1.7)),
        "encoder_no_repeat_ngram_size": rng.randint(1, 3),
        "repetition_penalty": rng.choice((0.7, 1.3)),
        "no_repeat_ngram_size": rng.randint(1, 3),
        "min_length": rng.randint(1, 12),
        "min_new_tokens": rng.randint(1, 5),
        "forced_bos_token_id": rng.randrange(VOCABULARY),
        "forced_eos_token_id": rng.choice((0, 3, [3, 7])),
        "exponential_decay_length_penalty": [rng.randint(0, 2), rng.choice((0.8, 1.2))],
        "suppress_tokens": some(3),
        "begin_suppress_tokens": some(3),
    }
    chosen = rng.sample(sorted(keys), rng.randint(1, 4))
    return {key: keys[key] for key in chosen}


def processed(case: dict[str, Any]) -> list[float]:
    """The scores after the processors of `generate`."""
    is_pair = case["isPair"]
    sizes = {"vocab_size": VOCABULARY}
    model = (
        T5ForConditionalGeneration(T5Config(**sizes, d_model=4, d_kv=2, d_ff=4, num_layers=1, num_heads=2))
        if is_pair
        else GPT2LMHeadModel(GPT2Config(**sizes, n_embd=4, n_layer=1, n_head=2))
    )
    config = GenerationConfig(**case["generation"], eos_token_id=ENDS, decoder_start_token_id=0)
    config.max_length = case["before"] + case["maxNewTokens"]
    model._prepare_special_tokens(config, device="cpu")
    processors = model._get_logits_processor(
        config,
        input_ids_seq_length=case["before"],
        encoder_input_ids=torch.tensor([case["prompt"]]),
    )
    return processors(torch.tensor([case["ids"]]), torch.tensor([case["scores"]]))[0].tolist()


def main() -> None:
    rng = random.Random(5)
    cases = []
    for _ in range(CASES):
        is_pair = rng.random() < 0.3
        prompt = [rng.randrange(VOCABULARY) for _ in range(rng.choice((1, 4, 9)))]
        front = [0] if is_pair else prompt
        limit = rng.randint(1, 8)
        made = [rng.randrange(VOCABULARY) for _ in range(rng.randrange(limit))]
        case = {
            "generation": draw(rng),
            "isPair": is_pair,
            "prompt": prompt,
            "before": len(front),
            "ids": front + made,
            "maxNewTokens": limit,
            "scores": [round(rng.uniform(-3, 3), 3) for _ in range(VOCABULARY)],
        }
        after = [None if score == -math.inf else score for score in processed(case)]
        cases.append({**case, "expected": after})
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{\n"ends": {json.dumps(ENDS)},\n"cases": [\n{lines}\n]\n}}\n'
    (COMMITTED_DIR / "answers.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
