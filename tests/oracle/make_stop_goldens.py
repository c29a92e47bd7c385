"""Writes tests/golden/stops.json: the token after which transformers' StopStringCriteria ends a
text.

Usage: $(tests/oracle/setup.sh) tests/oracle/make_stop_goldens.py

Each case has a text's tokens under one of the golden tokenizers, stop strings that begin inside it,
and the number of tokens after which `generate(stop_strings=...)` would end, or null.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import torch
from transformers import AutoTokenizer
from transformers.generation import StopStringCriteria

GOLDENS = Path(__file__).parent.parent / "golden"
STYLES = ["gpt2", "qwen", "llama3", "llama2"]
TEXTS = [
    "The answer is 42.\n\nQuestion: what is next?",
    "One, two, three.### End of it all ### and more",
    "Hello there, this is a test of stops. User: no",
    "a b ab abab ababab abababab",
    "Line one\nLine two\r\nLine three\n\n\nLine six",
]


def ends_after(criteria: StopStringCriteria, ids: list[int]) -> int | None:
    for count in range(1, len(ids) + 1):
        if criteria(torch.tensor([ids[:count]]), None).item():
            return count
    return None


def main() -> None:
    drawn = random.Random(11)
    cases = []
    for style in STYLES:
        tokenizer = AutoTokenizer.from_pretrained(GOLDENS / "tokenizer" / style)
        for text in TEXTS:
            ids = tokenizer(text, add_special_tokens=False)["input_ids"]
            decoded = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            for _ in range(8):
                stops = []
                for _ in range(drawn.randint(1, 3)):
                    start = drawn.randrange(1, len(decoded) - 1)
                    stops.append(decoded[start : start + drawn.randint(1, 6)])
                if style == "llama2":
                    # The space that SentencePiece puts before a text is not shown, so nothing may match it.
                    stops = [stop.strip(" ") or "b" for stop in stops]
                if drawn.random() < 0.3:
                    stops = ["\N{SNOWMAN}never", stops[0] + "\N{SNOWMAN}"]
                count = ends_after(StopStringCriteria(tokenizer, stops), ids)
                cases.append({"style": style, "ids": ids, "stops": stops, "tokens": count})
    (GOLDENS / "stops.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
