"""Two Alpaca rows written for this project, and Stanford's template."""

from __future__ import annotations

ROWS: list[dict[str, str]] = [
    {
        "instruction": "Name three things a gardener checks before planting tomatoes.",
        "input": "",
        "output": "A gardener checks that the soil drains well, that the bed gets at least six hours of sun, and that the last frost has passed.",
    },
    {
        "instruction": "Rewrite the sentence in the past tense.",
        "input": "The ferry leaves the harbour at 7:45 and arrives before noon.",
        "output": "The ferry left the harbour at 7:45 and arrived before noon.",
    },
]

WITH_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further "
    "context. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:"
)
WITHOUT_INPUT = (
    "Below is an instruction that describes a task. Write a response that appropriately completes "
    "the request.\n\n### Instruction:\n{instruction}\n\n### Response:"
)


def frame(row: dict[str, str]) -> str:
    """The prompt of a row, up to the colon before the answer."""
    return (WITH_INPUT if row["input"] else WITHOUT_INPUT).format(**row)
