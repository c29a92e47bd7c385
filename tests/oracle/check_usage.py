"""Runs the code that comes with exports.

Usage: python tests/oracle/check_usage.py DIR BASE

Only paths and question are substituted: adapter.py and merged.py of DIR (see check-takeaway.ts)
must print the answer in answer.json.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from pathlib import Path

EXAMPLE_QUESTION = "What is a lantern?"


def printed(code: str) -> str:
    """A program's output."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "usage", "exec"), {})
    return out.getvalue().strip()


def main(directory: Path, base: Path) -> int:
    """Prints each program's result; returns 1 if any failed."""
    wanted = json.loads((directory / "answer.json").read_text(encoding="utf-8"))
    wrong = 0
    for name in ("adapter", "merged"):
        code = (directory / f"{name}.py").read_text(encoding="utf-8")
        code = code.replace("path/to/base-model", str(base))
        code = re.sub(r"path/to/tuned[\w-]*", lambda _found: str(directory / name), code)
        code = code.replace(json.dumps(EXAMPLE_QUESTION), repr(wanted["question"]))
        code = code.replace("max_new_tokens=128", f"max_new_tokens={wanted['tokens']}")
        said = printed(code)
        same = said == wanted["said"].strip()
        wrong += not same
        print(f"{'ok    ' if same else 'FAILED'} {name}: {said!r}")
        if not same:
            print(f"       {wanted['said']!r}")
    return wrong


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
