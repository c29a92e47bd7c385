"""Definition of a golden base model."""

from __future__ import annotations

from dataclasses import dataclass

from transformers import PretrainedConfig

from nf4_reference import Nf4


@dataclass(frozen=True)
class Family:
    """A base model: its configuration and how config.json spells rotary positions."""

    config: PretrainedConfig
    legacy_rope_keys: bool = False
    """Write `rope_theta` and `rope_scaling`, as checkpoints older than transformers 5 do."""
    greedy_tokens: int = 32
    """Length of its greedy answers."""
    quantization: Nf4 | None = None
    """How its layers are quantised while it loads; its files are not."""
    cases: tuple[str, ...] | None = None
    """The only cases that are committed; None where each case says so itself."""
    rest: tuple[str, ...] = ()
    """Beside those, the cases that --rest makes."""
