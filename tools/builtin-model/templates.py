"""The two templates the model follows, written out as text with the special tokens."""

from __future__ import annotations

from corpus import Row

PAD, END, SYSTEM, USER, ASSISTANT = "<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"
SPECIAL_TOKENS = [PAD, END, SYSTEM, USER, ASSISTANT]

CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|' + message['role'] + '|>' + message['content'] + '<|end|>' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)

ALPACA = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the "
    "request.\n\n### Instruction:\n{instruction}\n\n### Response:\n"
)
ALPACA_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further context. Write "
    "a response that appropriately completes the request.\n\n### Instruction:\n{instruction}\n\n### Input:\n"
    "{input}\n\n### Response:\n"
)


def segments(row: Row) -> list[tuple[str, bool]]:
    """The row as (text, supervised) pieces. Only answers and their end token are supervised."""
    if row.template == "alpaca":
        said = dict(row.messages)
        form = ALPACA_INPUT if "input" in said else ALPACA
        prompt = form.format(instruction=said["user"], input=said.get("input", ""))
        return [(prompt, False), (said["assistant"] + END, True)]
    pieces: list[tuple[str, bool]] = []
    for role, text in row.messages:
        pieces += [(f"<|{role}|>", False), (text + END, role == "assistant")]
    return pieces
