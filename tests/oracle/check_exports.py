"""Loads our exports in PEFT and compares logits.

Usage: python tests/oracle/check_exports.py DIR [family/case ...]

Each folder DIR/<family>/<case> holds our adapter after the golden's ten steps (adapter_config.json,
adapter_model.safetensors) and ours.safetensors with our `logits` of the golden's first micro-batch.
All golden cases must be there, or all those named. If the method merges, the folder `merged` is a
complete model for transformers; usage.py is the model card's code for loading it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from common import GOLDEN_DIR, be_deterministic, observe_loaded, relative_l2
from golden_batch import Batch, masked_logits
from golden_cases import CASES
from golden_families import FAMILIES, auto_model, load_base
from usage import run_usage

TOLERANCE = 1e-4
TRAINED = 1e-2
"""How far our trained adapter may be from PEFT's: AdamW amplifies rounding over ten steps, but an
adapter that never trained, or half of one, is further away than this."""
UNKNOWN = (float("nan"), float("nan"))
CONFIG_NAMES = ("adapter_config.json", "adapter_fusion_config.json")


@dataclass(frozen=True)
class Verdict:
    """Relative L2 of our logits from PEFT's, and of PEFT's on our file from the golden's."""

    case: str
    ours: float
    golden: float
    problem: str = ""
    merged: float | None = None
    """Relative L2 of our logits from those of the merged model, where there is one."""
    card: float | None = None
    """The same from those of the model that the card's lines load."""

    @property
    def passed(self) -> bool:
        """PEFT computes our logits from our file, and the file holds the trained adapter."""
        others = all(gap is None or gap < TOLERANCE for gap in (self.merged, self.card))
        return not self.problem and self.ours < TOLERANCE and self.golden < TRAINED and others


def golden_cases() -> list[str]:
    """Every `<family>/<case>` under tests/golden, sorted."""
    return sorted(
        str(path.parent.relative_to(GOLDEN_DIR))
        for path in GOLDEN_DIR.glob("*/*/golden.safetensors")
    )


def check(case: str, folder: Path) -> Verdict:
    """Loads our export onto the golden's base model and compares the logits on real tokens."""
    if not any((folder / name).is_file() for name in CONFIG_NAMES):
        return Verdict(case, *UNKNOWN, "missing adapter_config.json")
    if not (folder / "ours.safetensors").is_file():
        return Verdict(case, *UNKNOWN, "missing ours.safetensors")
    golden = load_file(GOLDEN_DIR / case / "golden.safetensors")
    batch = Batch(
        golden["input_ids"].long(), golden["attention_mask"].long(), golden["labels"].long()
    )
    try:
        family, name = case.split("/")
        model = CASES[name].load(load_base(family), folder).eval()
        logits = masked_logits(model, batch)
        whole = merged_logits(folder / "merged", family, batch)
        card = card_logits(folder, family, batch)
    except Exception as error:  # whatever PEFT refuses is a finding, and the other cases go on
        return Verdict(
            case, *UNKNOWN, f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        )
    ours = load_file(folder / "ours.safetensors")["logits"]
    if ours.shape != logits.shape:
        return Verdict(case, *UNKNOWN, f"logits are {list(ours.shape)}, not {list(logits.shape)}")
    real = logits.abs().sum(-1, keepdim=True) > 0
    ours = torch.where(real, ours, 0)
    return Verdict(
        case,
        relative_l2(ours, logits),
        relative_l2(logits, golden["saved_logits"]),
        merged=None if whole is None else relative_l2(ours, whole),
        card=None if card is None else relative_l2(ours, card),
    )


def observe(verdict: Verdict, folder: Path) -> None:
    """Records which library loaded the case: PEFT if the folder claims to be PEFT's, and
    transformers if there is a merged model."""
    path = next(folder / name for name in CONFIG_NAMES if (folder / name).is_file())
    config = json.loads(path.read_text(encoding="utf-8"))
    if "peft_type" in config and (folder / "usage.py").is_file():
        observe_loaded(verdict.case, "PEFT")
    if verdict.merged is not None:
        observe_loaded(verdict.case, "transformers (merged)")


def merged_logits(folder: Path, family: str, batch: Batch) -> torch.Tensor | None:
    """transformers' logits of a merged model; None if there is none."""
    if not folder.is_dir():
        return None
    model = auto_model(family).from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    )
    return masked_logits(model.eval(), batch)


def card_logits(folder: Path, family: str, batch: Batch) -> torch.Tensor | None:
    """Logits of the model loaded by the card's code; None if it needs another library, or if the
    base model is quantised after loading."""
    if FAMILIES[family].quantization:
        return None
    model = run_usage(folder, (GOLDEN_DIR / family).resolve(), with_adapters=False)
    return None if model is None else masked_logits(model, batch)


def main(directory: Path, wanted: list[str]) -> int:
    """Prints one row per case, or only of those named; 1 if any failed."""
    be_deterministic()
    cases = [case for case in golden_cases() if not wanted or case in wanted]
    verdicts = [check(case, directory / case) for case in cases]
    heads = ("ours / PEFT", "PEFT / golden", "ours / merged", "ours / card")
    print(f"{'case':32}", *(f"{head:>14}" for head in heads))
    for verdict in verdicts:
        if verdict.passed:
            observe(verdict, directory / verdict.case)
        note = verdict.problem or ("ok" if verdict.passed else "differs")
        gaps = (verdict.ours, verdict.golden, verdict.merged, verdict.card)
        row = ("-" if gap is None else f"{gap:.1e}" for gap in gaps)
        print(f"{verdict.case:32}", *(f"{cell:>14}" for cell in row), f" {note}")
    failures = sum(not verdict.passed for verdict in verdicts)
    print(f"{len(verdicts) - failures} of {len(verdicts)} exports agree with PEFT")
    return 1 if failures or not verdicts else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
