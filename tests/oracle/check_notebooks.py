"""Usage: check_notebooks.py DIR   the notebooks that export-script.ts wrote: valid per nbformat, every code cell compiles, the
options are those of the libraries' own classes, and the rows are the run's."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from pathlib import Path

import nbformat
import transformers
import trl
from peft import LoraConfig


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in found if getattr(call.func, "attr", getattr(call.func, "id", "")) == name]


def check(folder: Path) -> None:
    notebook = nbformat.read(folder / "train.ipynb", as_version=4)
    nbformat.validate(notebook)
    # Lines such as %pip are Jupyter's, not Python's.
    code = [re.sub(r"(?m)^%.*$", "pass", cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        compile(cell, str(folder), "exec")
    tree = ast.parse("\n".join(code))
    for name, known in (
        ("TrainingArguments", transformers.TrainingArguments),
        ("DPOConfig", trl.DPOConfig),
        ("get_peft_model", LoraConfig),
    ):
        allowed = set(inspect.signature(known).parameters)
        if name == "get_peft_model":
            # Unsloth's own, beside those that it hands to PEFT.
            allowed |= {"use_gradient_checkpointing", "random_state"}
        for call in calls(tree, name):
            unknown = {keyword.arg for keyword in call.keywords} - allowed
            assert not unknown, f"{name} has no {sorted(unknown)}"
    rows = [json.loads(line) for line in (folder.parent / "training-script/data/tokens.jsonl").open()]
    written = [json.loads(line) for name in ("train", "validation") for line in (folder / f"data/{name}.jsonl").open()]
    assert len(rows) == len(written) > 0
    if "text" in rows[0]:
        assert [row["text"]["ids"] for row in rows] == [row["input_ids"] for row in written]
    print(f"ok     {folder.parent.name}, Unsloth: {len(code)} cells compile, {len(rows)} rows")


def main() -> None:
    folders = sorted(Path(sys.argv[1]).resolve().glob("*/unsloth"))
    for folder in folders:
        check(folder)
    if not folders:
        raise SystemExit("nothing to check")


if __name__ == "__main__":
    main()
