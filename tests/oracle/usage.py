"""Runs the model card's code that loads our export."""

from __future__ import annotations

import re
from pathlib import Path

from torch import nn


def uses_adapters(text: str) -> bool:
    """Whether the code needs the adapters library, which has an environment of its own."""
    return re.search(r"^(from|import) .*\badapters\b", text, re.MULTILINE) is not None


def run_usage(folder: Path, base: Path, with_adapters: bool) -> nn.Module | None:
    """The model loaded by the export's `usage.py` from a base model; None if there is none, or none
    for this environment. Golden models have no tokenizer."""
    path = folder / "usage.py"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not text or uses_adapters(text) != with_adapters:
        return None
    lines = [line for line in text.splitlines() if not line.startswith("tokenizer =")]
    places = {"base/model": base, "the/folder": folder}
    code = re.sub("|".join(places), lambda found: str(places[found[0]]), "\n".join(lines))
    names: dict[str, nn.Module] = {}
    exec(compile(code, str(path), "exec"), names)
    return names["model"].eval()
