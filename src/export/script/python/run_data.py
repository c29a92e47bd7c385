"""What run.json and the files in data/ hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Text:
    """Token ids, and which of them are learned."""

    ids: list[int]
    learned: list[bool]


@dataclass(frozen=True)
class Row:
    """A row of the dataset: one text; a chosen and a rejected answer after the same prompt; or an answer, another row's
    after the same prompt, and whether it is good."""

    number: int
    texts: tuple[Text, ...]
    good: bool | None = None


@dataclass(frozen=True)
class Share:
    """What a process computes of a micro-batch."""

    rows: list[Row]
    micro: list[Row]
    weight: float
    """0 if its only row stands in for none."""


@dataclass(frozen=True)
class Run:
    """run.json and the files it refers to."""

    facts: dict[str, Any]
    train: list[Row]
    validation: list[Row]
    steps: list[list[list[list[int]]]]
    """For each optimizer step its micro-batches, of sequences, of rows by their place in `train`."""

    def __getitem__(self, key: str) -> Any:
        return self.facts[key]


def read_run(folder: Path) -> Run:
    facts = json.loads((folder / "run.json").read_text("utf-8"))
    rows: dict[str, list[Row]] = {"train": [], "validation": []}
    for line in lines(folder / "data" / "tokens.jsonl"):
        texts = tuple(read_text(line[name]) for name in ("text", "chosen", "rejected", "answer", "other") if name in line)
        rows[line["split"]].append(Row(line["row"], texts, line.get("good")))
    steps = list(lines(folder / "data" / "batches.jsonl"))
    return Run(facts, rows["train"], rows["validation"], steps)


def lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_text(text: dict[str, Any]) -> Text:
    """`learned` lists the ranges of learned tokens, ends excluded."""
    learned = [False] * len(text["ids"])
    for start, end in text["learned"]:
        learned[start:end] = [True] * (end - start)
    return Text(text["ids"], learned)
