"""Writes tests/golden/choices.json: multiple choice as in lm-evaluation-harness.

Usage: $(tests/oracle/setup.sh lm-eval) tests/oracle/make_choice_golden.py

The model is the golden llama. Its tokenizer is created here with words of one to five characters,
so that token counts differ from the lengths that acc_norm divides by.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

from lm_eval import simple_evaluate
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.huggingface import HFLM
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

GOLDENS = Path(__file__).parent.parent / "golden"
LETTERS = "abcdefgh木\N{VIOLIN}"
QUESTIONS = 24


def make_tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    drawn = random.Random(5)
    words: dict[str, int] = {}
    while len(words) < vocabulary:
        words.setdefault("".join(drawn.choices(LETTERS, k=drawn.randint(1, 5))), len(words))
    tokenizer = Tokenizer(WordLevel(words, unk_token=next(iter(words))))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    first = next(iter(words))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=first, pad_token=first)


def draw_questions(tokenizer: PreTrainedTokenizerFast) -> list[dict[str, Any]]:
    drawn = random.Random(3)
    words = sorted(tokenizer.get_vocab())

    def some(low: int, high: int) -> str:
        return " ".join(drawn.choices(words, k=drawn.randint(low, high)))

    return [
        {"context": some(1, 9), "choices": [some(1, 4) for _ in range(4)], "gold": drawn.randrange(4)}
        for _ in range(QUESTIONS)
    ]


def evaluate(model: AutoModelForCausalLM, tokenizer: PreTrainedTokenizerFast, path: Path) -> list[dict[str, Any]]:
    task = ConfigurableTask(
        config={
            "task": "choices",
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": str(path)},
            "test_split": "train",
            "output_type": "multiple_choice",
            "doc_to_text": "{{context}}",
            "doc_to_choice": "{{choices}}",
            "doc_to_target": "{{gold}}",
            "metric_list": [
                {"metric": name, "aggregation": "mean", "higher_is_better": True} for name in ("acc", "acc_norm")
            ],
        }
    )
    harness = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=1, device="cpu")
    results = simple_evaluate(model=harness, tasks=[task], log_samples=True, bootstrap_iters=0)
    return sorted(results["samples"]["choices"], key=lambda sample: sample["doc_id"])


def main() -> None:
    model = AutoModelForCausalLM.from_pretrained(GOLDENS / "llama").float().eval()
    tokenizer = make_tokenizer(model.config.vocab_size)
    questions = draw_questions(tokenizer)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.json"
        path.write_text(json.dumps(questions))
        os.environ["HF_DATASETS_CACHE"] = folder
        samples = evaluate(model, tokenizer, path)

    def ids(text: str) -> list[int]:
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    golden = [
        {
            "context": ids(question["context"]),
            "choices": [ids(choice) for choice in question["choices"]],
            "texts": question["choices"],
            "gold": question["gold"],
            "log_likelihoods": [float(response[0]) for response in sample["filtered_resps"]],
            "acc": int(sample["acc"]),
            "acc_norm": int(sample["acc_norm"]),
        }
        for question, sample in zip(questions, samples, strict=True)
    ]
    (GOLDENS / "choices.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
