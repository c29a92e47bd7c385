"""Checks that every key of GGUF metadata that gguf-py knows is in one of the reader's lists.

Usage: python tests/oracle/check_gguf_keys.py KEYS.json

For each architecture that is read, every key with its prefix must be used, without effect, or
refused; likewise those of tokenizers. Other keys say what a file is and where it comes from, or
belong to files that are refused as a whole.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from gguf.constants import MODEL_ARCH_NAMES, Keys

ELSEWHERE = ("adapter.", "imatrix.", "clip.", "diffusion.", "xielu.")
"""Of adapters, statistics, picture encoders, and architectures that are not read."""

USED = {"general.architecture", "general.type", "general.alignment", "split.no", "split.count"}
INFORMATIONAL = re.compile(
    r"general\.((base_model|dataset)\.(count|\{id\}\..+)|quantization_version|file_type|name|author|version"
    r"|organization|finetune|basename|description|quantized_by|size_label|license(\..+)?|url|doi|uuid|repo_url"
    r"|source\..+|tags|languages)|split\.tensors\.count"
)
SHOWN = "general.sampling."
"""Offered for answers, or shown as not used, under generation_config.json's names."""


def keys_of(group: type) -> Iterator[str]:
    """All keys of a class of constants and the classes in it."""
    for name, value in vars(group).items():
        if isinstance(value, str) and not name.startswith("__"):
            yield value
        elif isinstance(value, type):
            yield from keys_of(value)


def in_one_list(key: str, lists: dict[str, list[str]], whose: str) -> list[str]:
    found = [name for name in ("used", "noEffect", "refused") if key in lists[name]]
    if len(found) == 1:
        return []
    return [f"{whose}: {key} is in {' and '.join(found) or 'no list'}"]


def check(keys: list[str], told: dict) -> list[str]:
    problems: list[str] = []
    for name, lists in told["architectures"].items():
        if name not in MODEL_ARCH_NAMES.values():
            problems.append(f"{name} is no architecture of llama.cpp")
        own = {key.removeprefix("{arch}.") for key in keys if key.startswith("{arch}.")}
        own = {key.replace("{dense}", dense) for key in own for dense in ("dense_2", "dense_3")}
        for key in sorted(own):
            problems += in_one_list(key, lists, name)
    tokenizer = told["tokenizer"]
    for key in keys:
        part = key.removeprefix("tokenizer.")
        if key.startswith("tokenizer."):
            if not re.search(tokenizer["template"], part.replace("{name}", "rag")):
                problems += in_one_list(part, tokenizer, "tokenizer")
        elif key.startswith("{arch}.") or key.startswith(ELSEWHERE) or key in USED:
            continue
        elif not key.startswith(SHOWN) and not INFORMATIONAL.fullmatch(key):
            problems.append(f"{key} is in no list")
    problems += [f"{SHOWN}{name} is no key of llama.cpp" for name in told["sampling"] if SHOWN + name not in keys]
    return problems


def main(path: str) -> int:
    """Prints the faults; returns 1 if there are any."""
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    keys = list(keys_of(Keys))
    problems = check(keys, told)
    print("\n".join(problems))
    print(f"{len(keys)} keys for {len(told['architectures'])} architectures looked up, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
