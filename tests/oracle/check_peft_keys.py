"""Checks that every key of adapter_config.json is in one of the engine's lists.

Usage: python tests/oracle/check_peft_keys.py KEYS.json

For each method, every field of PEFT's configuration class must be listed as used, without effect,
or refused, and optional used keys must have the class's default. For LoRA, the engine must know
every initialisation that PEFT has.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import re
import sys
from pathlib import Path
from typing import Any

import peft
from peft.tuners.lora import layer as lora_layer

OWN_DEFAULTS = {
    # Null uses the model's own.
    "p-tuning": {"encoder_hidden_size"},
    # KronA's files are written by the studio, with every key.
    "krona": {"r", "alpha", "decompose_factor"},
    # Zero represents null, which keeps all experts.
    "xlora": {"top_k_lora"},
}
"""Keys whose default here is spelled otherwise than in PEFT."""

NEEDED = {"num_virtual_tokens"}
"""Without a default here, as PEFT loads no file without them."""


def fields(cls: type) -> dict[str, Any]:
    """The fields of a dataclass with their defaults."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(cls):
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        found[field.name] = default.value if isinstance(default, enum.Enum) else default
    return found


def same(ours: Any, theirs: Any) -> bool:
    """Null, empty strings, lists and objects are equivalent."""
    empty = (None, "", [], {})
    return ours == theirs or (ours in empty and theirs in empty)


def check(method: str, keys: dict[str, Any]) -> list[str]:
    name = keys["className"]
    known = {key for part in ("used", "noEffect", "refused") for key in keys[part]}
    problems: list[str] = []
    for key, default in fields(getattr(peft, name)).items():
        if key not in known:
            problems.append(f"{method}: {key} of {name} is in no list")
        elif key in keys["used"] and key not in ("peft_type", "task_type"):
            ours = keys["used"][key]
            own = key in OWN_DEFAULTS.get(method, ()) or key in NEEDED
            if not own and not same(ours, default):
                problems.append(f"{method}: {key} is {ours} by default, in {name} {default}")
    problems.extend(
        f"{method}: {key} is in two lists"
        for key in known
        if sum(key in keys[part] for part in ("used", "noEffect", "refused")) > 1
    )
    return problems


def starts() -> set[str]:
    """The values that PEFT compares init_lora_weights with."""
    source = Path(lora_layer.__file__).read_text(encoding="utf-8")
    pattern = r"init_lora_weights(?:\.lower\(\))?(?: == |\.startswith\()\"(\w+)\""
    return set(re.findall(pattern, source))


def main(path: str) -> int:
    """Prints the faults; returns 1 if there are any."""
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    problems = [problem for method, keys in told["methods"].items() for problem in check(method, keys)]
    found = starts()
    problems.extend(f"lora: the start {start} is not told apart" for start in sorted(found - set(told["starts"])))
    print("\n".join(problems))
    print(f"{len(told['methods'])} methods and {len(found)} starts of LoRA looked up, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
