"""Writes tests/golden/spruce/: transformers' results for the built-in model in public/models.

Usage: python tests/oracle/make_builtin_golden.py

A question's ids under the chat template, the logits of the last positions, and a greedy answer.
"""

from __future__ import annotations

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from common import GOLDEN_DIR, be_deterministic, write_json, write_tensors

MODEL = GOLDEN_DIR.parent.parent / "public" / "models" / "spruce"
QUESTION = "What do snakes eat?"
POSITIONS = 3
NEW_TOKENS = 24


def main() -> None:
    """Runs the model in float32 and writes the results."""
    be_deterministic()
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": QUESTION}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )["input_ids"]
    with torch.no_grad():
        logits = model(input_ids=ids).logits[0, -POSITIONS:]
        answer = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            generation_config=GenerationConfig(
                max_new_tokens=NEW_TOKENS,
                do_sample=False,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            ),
        )[0, ids.shape[1] :]
    folder = GOLDEN_DIR / "spruce"
    write_tensors(folder / "builtin.safetensors", {"logits": logits, "input_ids": ids.int()})
    text = tokenizer.decode(answer, skip_special_tokens=True)
    write_json(folder / "builtin.json", {"question": QUESTION, "answer": text})


if __name__ == "__main__":
    main()
