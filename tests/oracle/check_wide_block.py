"""Checks one block of Qwen1.5-1.8B at full width.

Usage: python tests/oracle/check_wide_block.py DIR

DIR is written by wide-block.ts: the block with our dequantised NF4 weights, a LoRA adapter, rows,
and the logits, loss and gradients that we computed over the NF4 weights. transformers and PEFT
compute the same in float32.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModelForCausalLM

from common import be_deterministic, relative_l2, summed_loss, supervised_count
from golden_case import trainable

TOLERANCE = 1e-4
LAYERS = 7
"""Linear layers of the block, each with a lora_A and a lora_B."""


def load(directory: Path) -> PeftModel:
    """The dequantised block with our adapter, set to train."""
    base = AutoModelForCausalLM.from_pretrained(
        directory / "model", dtype=torch.float32, attn_implementation="eager"
    )
    return PeftModel.from_pretrained(base, directory / "adapter", is_trainable=True).eval()


def reference(model: PeftModel, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Logits on real tokens, the loss, and the gradient of every LoRA matrix."""
    mask = batch["attention_mask"]
    logits = model(input_ids=batch["input_ids"], attention_mask=mask).logits
    loss = summed_loss(logits, batch["labels"]) / supervised_count(batch["labels"])
    loss.backward()
    gradients = {f"grad.{name}": p.grad for name, p in trainable(model).items()}
    return {"logits": logits.detach() * mask[..., None], "loss": loss.detach()[None], **gradients}


def main(directory: Path) -> int:
    """Prints a row for each comparison; returns 1 if any differs."""
    be_deterministic()
    rows = json.loads((directory / "batch.json").read_text(encoding="utf-8"))
    ours = load_file(directory / "ours.safetensors")
    truth = reference(load(directory), {name: torch.tensor(value) for name, value in rows.items()})
    if truth.keys() != ours.keys() or len(truth) != 2 + 2 * LAYERS:
        print(f"compared are {sorted(truth)}, but ours are {sorted(ours)}")
        return 1
    errors = {name: relative_l2(ours[name], value) for name, value in truth.items()}
    for name, error in errors.items():
        print(f"{name:75} {error:.1e}  {'ok' if error < TOLERANCE else 'differs'}")
    return 0 if all(error < TOLERANCE for error in errors.values()) else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
