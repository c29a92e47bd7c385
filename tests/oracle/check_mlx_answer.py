"""Loads the MLX export of the page with mlx-lm, beside the built-in model, and compares its greedy answer.

Usage: python tests/oracle/check_mlx_answer.py DIR BASE

DIR has mlx/ and answer.json, as export-page.ts leaves them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mlx_lm import generate, load


def main(folder: Path, base: str) -> int:
    """Prints the answer; returns 1 if it is another than the page's."""
    wanted = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    model, tokenizer = load(base, adapter_path=str(folder / "mlx"))
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": wanted["question"]}], add_generation_prompt=True
    )
    said = generate(model, tokenizer, prompt=asked, max_tokens=wanted["tokens"]).strip()
    same = said == wanted["said"]
    print(f"{'ok    ' if same else 'FAILED'} mlx-lm: {said!r}")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
