"""Compares what the page exported and answered with PEFT.

Usage: python tests/oracle/check_page.py MODEL MODEL_DIR

MODEL is one of real_models.py. MODEL_DIR contains model.gguf and the output of real-page.ts:
adapter/, the exported folder, and page.json, a prompt and the answers of both sides. transformers
on the dequantised weights must give one answer, and PEFT with the adapter the other, word for word.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from common import be_deterministic
from real_models import MODELS, load_model, load_tokenizer


def answer(
    model: PreTrainedModel | PeftModel, tokenizer: PreTrainedTokenizerBase, prompt: str, count: int
) -> str:
    """The greedy answer up to the end token, at most `count` tokens."""
    ids = torch.tensor([tokenizer.encode(prompt)])
    with torch.no_grad():
        out = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=count,
            eos_token_id=tokenizer.eos_token_id,
        )
    return tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True).strip()


def main(name: str, folder: Path) -> int:
    """Prints both answers; returns 1 if one differs."""
    be_deterministic()
    torch.set_num_threads(2)
    page = json.loads((folder / "page.json").read_text(encoding="utf-8"))
    tokenizer = load_tokenizer(MODELS[name], folder / "model.gguf")
    model = load_model(folder / "model.gguf")
    failures = 0
    for side in ("before", "after"):
        if side == "after":
            model = PeftModel.from_pretrained(model, folder / "adapter").eval()
        said = answer(model, tokenizer, page["prompt"], page["new_tokens"])
        same = said == page[side]
        failures += not same
        print(f"{'ok  ' if same else 'FAIL'} {side}: PEFT {said!r}, the page {page[side]!r}")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in MODELS:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
