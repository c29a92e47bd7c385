"""Checks the Python code of model cards with Python's own parser.

Usage: python tests/oracle/check_cards.py CASES.json

Each case has the code for a hostile name and for the name PLAIN; the two programs may differ only
in that string.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path


class Renamed(ast.NodeTransformer):
    """Replaces PLAIN by another text in every string."""

    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:  # noqa: N802
        """Strings that are PLAIN, or paths that start with it."""
        if isinstance(node.value, str):
            return ast.Constant(node.value.replace("PLAIN", self.name))
        return node


def main(path: str) -> int:
    """Prints the differences; returns 1 if there are any."""
    cases = json.loads(Path(path).read_text(encoding="utf-8"))
    wrong = 0
    for case in cases:
        expected = ast.dump(Renamed(case["name"]).visit(ast.parse(case["plain"])))
        try:
            problem = "" if ast.dump(ast.parse(case["hostile"])) == expected else "another program"
        except SyntaxError as error:
            problem = str(error)
        if problem:
            wrong += 1
            print(f"{case['format']} {case['name']!r}: {problem}\n{case['hostile']}")
    print(f"{len(cases)} programs of model cards parsed, {wrong} of them not as they should be")
    return int(wrong > 0 or not cases)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
