"""Helpers that every oracle script shares: determinism, seeded values, comparison, files."""

from __future__ import annotations

import json
import os
import warnings
import zlib
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers.utils.logging import disable_progress_bar, set_verbosity_error

COMMITTED_DIR = Path(__file__).resolve().parent.parent / "golden"
GOLDEN_DIR = Path(os.environ.get("LUTHIER_GOLDENS", COMMITTED_DIR))
"""Where goldens are written and read: the repository's, or those of a fuller set."""
IGNORED = -100
"""Label of a position that takes no part in the loss."""


def be_deterministic() -> None:
    """Uses one thread and deterministic kernels, and silences logging."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(0)
    disable_progress_bar()
    set_verbosity_error()
    warnings.simplefilter("ignore", FutureWarning)
    # The last is PEFT's warning about the bias of lora_bias.
    for known in (
        "Could not find a config file",
        "Position ids are not supported",
        r"Adapter .* LoRA tensor\(s\) have invalid shape",
    ):
        warnings.filterwarnings("ignore", message=known)


def generator(*key: str) -> torch.Generator:
    """A generator seeded by names, so that adding a tensor never changes another's values."""
    return torch.Generator().manual_seed(zlib.crc32("/".join(key).encode()))


def random_like(shape: torch.Size, scale: float, *key: str) -> Tensor:
    """Normal values of standard deviation `scale`, drawn from the generator named by `key`."""
    return torch.randn(shape, generator=generator(*key)) * scale


def summed_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Sum of cross entropies (nats): logits[t] predict labels[t + 1]. Of the logits before the
    labels' first position (virtual tokens) only the last counts, as with PEFT's padding."""
    virtual = logits.shape[1] - labels.shape[1]
    padded = nn.functional.pad(labels.long(), (virtual, 0), value=IGNORED)
    return nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), padded[:, 1:].flatten(), ignore_index=IGNORED, reduction="sum"
    )


def supervised_count(labels: Tensor) -> int:
    """Number of positions in the loss: the first column is never predicted."""
    return int((labels[:, 1:] != IGNORED).sum())


def relative_l2(ours: Tensor, truth: Tensor) -> float:
    """|ours - truth| / |truth| in float64; infinity where the shapes differ."""
    if ours.shape != truth.shape:
        return float("inf")
    exact = truth.detach().double()
    return float((ours.detach().double() - exact).norm() / exact.norm().clamp_min(1e-30))


def write_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Writes a safetensors file (float32 or int32), tensors sorted by name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {name: tensors[name].detach().contiguous().clone() for name in sorted(tensors)}
    save_file(plain, path, metadata={"format": "pt"})


def write_json(path: Path, value: Any) -> None:
    """Writes indented JSON with a final newline; sets become sorted lists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=2, sort_keys=True, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def observe_loaded(case: str, by: str) -> None:
    """Records which library loaded a case's export and computed our logits, if LUTHIER_OBSERVATIONS
    names a folder; see tests/support/observe.ts."""
    folder = os.environ.get("LUTHIER_OBSERVATIONS")
    if folder:
        line = json.dumps({"case": case, "fact": "loaded by", "value": by})
        with open(Path(folder) / f"{os.getpid()}.jsonl", "a", encoding="utf-8") as file:
            file.write(line + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
