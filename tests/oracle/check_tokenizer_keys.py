"""Checks that every component of tokenizer.json, each of its keys, and every key of
tokenizer_config.json is in one of the reader's lists.

Usage: python tests/oracle/check_tokenizer_keys.py KEYS.json

Components are all that the tokenizers library writes. Keys of tokenizer_config.json are those that
transformers' tokenizers read when they are made.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers.tokenization_utils_base import PreTrainedTokenizerBase
from transformers.tokenization_utils_tokenizers import TokenizersBackend

PLACES: dict[str, tuple[ModuleType, str]] = {
    "normalizer": (normalizers, "Normalizer"),
    "pre_tokenizer": (pre_tokenizers, "PreTokenizer"),
    "post_processor": (processors, "PostProcessor"),
    "decoder": (decoders, "Decoder"),
    "model": (models, "Model"),
}

REFUSED = {
    "normalizer": {"Nmt", "ByteLevel"},
    "pre_tokenizer": {"UnicodeScripts"},
    "post_processor": set(),
    "decoder": {"BPEDecoder", "CTC", "WordPiece"},
    "model": {"WordLevel", "WordPiece"},
}
"""Types that are refused."""

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "Replace": ("a", "b"),
    "Prepend": ("a",),
    "Sequence": ([],),
    "Split": ("a", "isolated"),
    "CharDelimiterSplit": ("a",),
    "FixedLength": (5,),
    "BertProcessing": (("a", 0), ("b", 1)),
    "RobertaProcessing": (("a", 0), ("b", 1)),
    "TemplateProcessing": ("$A", "$A $B", []),
}

FROM_BYTES = {"Precompiled": {"precompiled_charsmap"}}
"""Keys of components that cannot be made without data."""

OF_THE_CALL = {"tokenizer_object", "gguf_file", "tokenizer_padding", "tokenizer_truncation", "post_processor", "tokenizer"}
"""What code passes on, which no file holds."""


def keys_of(place: str, name: str, cls: type) -> set[str]:
    """The keys that the library writes of a component, other than its type."""
    if name in FROM_BYTES:
        return FROM_BYTES[name]
    part = cls(*ARGUMENTS.get(name, ()))
    whole = Tokenizer(part if place == "model" else models.BPE())
    if place != "model":
        setattr(whole, place, part)
    return set(json.loads(whole.to_str())[place]) - {"type"}


def check_parts(told: dict[str, Any]) -> tuple[list[str], int]:
    problems: list[str] = []
    total = 0
    for place, (module, base) in PLACES.items():
        parent = getattr(module, base)
        for name, cls in sorted(vars(module).items()):
            if not isinstance(cls, type) or cls is parent or not issubclass(cls, parent):
                continue
            total += 1
            if name in REFUSED[place]:
                if name in told[place]:
                    problems.append(f"{place} {name} is not refused")
                continue
            if name not in told[place]:
                problems.append(f"{place} {name} is in no list")
                continue
            lists = told[place][name]
            known = [*lists.get("used", []), *lists.get("noEffect", []), *lists.get("refused", {})]
            problems += [f"{place} {name}: {key} is in no list" for key in sorted(keys_of(place, name, cls) - set(known))]
            problems += [f"{place} {name}: {key} is in two lists" for key in known if known.count(key) > 1]
    return problems, total


def read_in(method: Any) -> set[str]:
    """Names that a method takes from its keyword arguments."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(method)))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if node.func.attr in ("pop", "get") and isinstance(node.func.value, ast.Name) and node.func.value.id == "kwargs":
            if isinstance(node.args[0], ast.Constant):
                names.add(node.args[0].value)
    return {name for name in names if not name.startswith("_")} - OF_THE_CALL


def check_config(told: dict[str, Any]) -> tuple[list[str], int]:
    asked = read_in(PreTrainedTokenizerBase.__init__) | read_in(TokenizersBackend.__init__)
    asked |= set(PreTrainedTokenizerBase.SPECIAL_TOKENS_ATTRIBUTES) | {"add_prefix_space"}
    known = {*told["used"], *told["noEffect"], *told["refused"]}
    return [f"tokenizer_config.json: {name} is in no list" for name in sorted(asked - known)], len(asked)


def main(path: str) -> int:
    """Prints the faults; returns 1 if there are any."""
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    parts, types = check_parts(told["parts"])
    config, keys = check_config(told["config"])
    problems = parts + config
    print("\n".join(problems))
    print(f"{types} types of components and {keys} keys of tokenizer_config.json looked up, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
