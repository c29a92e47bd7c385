"""Loads our MLX exports with mlx-lm on the golden base models, and compares logits with PEFT's
(`saved_logits` of the golden).

Usage: python tests/oracle/check_mlx.py DIR
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx_lm.tuner.utils import load_adapters
from mlx_lm.utils import load_model

GOLDEN_DIR = Path(__file__).parent.parent / "golden"
TOLERANCE = 1e-5
ELSEWISE = {"gemma3", "mistral", "qwen2_window"}
"""Golden models that mlx-lm computes otherwise: windows in other layers, or none."""


def base_folder(family: str) -> Path:
    """A copy of the golden model's folder whose tensors have the inner model's name as prefix."""
    folder = Path(tempfile.mkdtemp())
    config = json.loads((GOLDEN_DIR / family / "config.json").read_text(encoding="utf-8"))
    # mlx-lm reads the spelling of transformers 4.
    rope = config.get("rope_parameters") or {}
    if "rope_theta" in rope:
        config["rope_theta"] = rope["rope_theta"]
    if rope.get("rope_type", "default") != "default":
        config["rope_scaling"] = rope
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    tensors = mx.load(str(GOLDEN_DIR / family / "model.safetensors"))
    named = {
        name if name.startswith(("model.", "lm_head.")) else f"model.{name}": value
        for name, value in tensors.items()
    }
    mx.save_safetensors(str(folder / "model.safetensors"), named, {"format": "mlx"})
    return folder


def gap(family: str, case: str, folder: Path) -> float:
    """Relative L2 of mlx-lm's logits from PEFT's on the first row of the golden's batch."""
    golden = mx.load(str(GOLDEN_DIR / family / case / "golden.safetensors"))
    mask = np.array(golden["attention_mask"]).reshape(-1, golden["attention_mask"].shape[-1])
    length = int(mask[0].sum())
    ids = np.array(golden["input_ids"]).reshape(mask.shape)[:1, :length]
    wanted = np.array(golden["saved_logits"])[0, :length]
    model, _ = load_model(base_folder(family), lazy=False)
    model = load_adapters(model, str(folder))
    model.eval()
    got = np.array(model(mx.array(ids.astype(np.int32)))[0].astype(mx.float32))
    return float(np.linalg.norm(got - wanted) / np.linalg.norm(wanted))


def main(directory: Path) -> int:
    """Prints each case; returns 1 if any differed, or none was found."""
    found_all = sorted(path.parent for path in directory.glob("*/*/adapters.safetensors"))
    folders = [
        folder
        for folder in found_all
        if folder.parent.name not in ELSEWISE
        and not (GOLDEN_DIR / folder.parent.name / "quantization.json").exists()
    ]
    wrong = 0
    for folder in folders:
        family, case = folder.parts[-2:]
        found = gap(family, case, folder)
        wrong += not found < TOLERANCE
        print(f"{family}/{case}: {found:.1e}{'' if found < TOLERANCE else ' FAILED'}")
    print(f"{len(folders)} adapters loaded by mlx-lm, {wrong} of them with other logits")
    return int(wrong > 0 or not folders)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
