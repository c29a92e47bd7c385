"""Writes tests/golden/cases/tokenizers.json: Python's results for texts and a conversation with the
tokenizers in tests/golden/cases/tokenizers.

Usage: python tests/oracle/make_case_goldens.py
"""

from __future__ import annotations

import json

from transformers import PreTrainedTokenizerFast

from common import COMMITTED_DIR

CASES = COMMITTED_DIR / "cases"
TEXTS = ("mending unmending, mending", "a <|end|> b", "[/INST] Pear", "▁ <s> x")
MESSAGES = [
    {"role": "user", "content": "Name a fruit."},
    {"role": "assistant", "content": "<think>\nhm\n</think>\n\n  Pear\n"},
]


def main() -> None:
    cases = {}
    for folder in sorted(path for path in (CASES / "tokenizers").iterdir() if path.is_dir()):
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        chat = tokenizer.apply_chat_template(MESSAGES, tokenize=False)
        cases[folder.name] = {
            "texts": [[text, tokenizer(text, add_special_tokens=False).input_ids] for text in TEXTS],
            "chat": chat,
            "ids": tokenizer(chat, add_special_tokens=False).input_ids,
        }
    text = json.dumps({"messages": MESSAGES, "cases": cases}, ensure_ascii=False, indent=1)
    (CASES / "tokenizers.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
