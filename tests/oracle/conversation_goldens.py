"""Python's rendering of rows under chat templates and plain ones: text, ids and supervised
tokens."""

from __future__ import annotations

import hashlib
import random
import struct
from typing import Any

from tokenizers import processors
from transformers import PreTrainedTokenizerFast
from transformers.utils.chat_template_utils import render_jinja_template

from chat_templates import ON_STYLES, TEMPLATES

Row = dict[str, Any]

ROWS: list[Row] = [
    {"instruction": "Name a wood.", "output": "Spruce."},
    {"instruction": "Name the wood", "input": "of a violin's top", "output": "It is spruce."},
    {
        "instruction": "And now?",
        "output": "Maple.",
        "system": "Be brief.",
        "history": [["Name a wood.", "Spruce."], ["Another.", "  Ebony\n"]],
    },
    {"instruction": "  Indent it.\n", "output": "    return width * height\n"},
    {"instruction": "Two lines?", "output": "\n\nThe first is empty.  "},
    {"instruction": "Emoji 🎻?", "output": "🎻🎸 👩‍👩‍👧‍👦"},
    {"instruction": "天气很好，", "output": "我们去公园吧。", "system": "用中文。"},
    {"instruction": "Count", "output": "12, 345 and ٣٤"},
    {"instruction": "What is <|im_end|>?", "output": "It ends turns: <|im_end|> or </s>, once."},
    {"instruction": "Say nothing.", "output": ""},
    {"instruction": "Only blanks", "output": "   "},
    {"instruction": "Smile", "output": ":) or ]"},
    {
        "instruction": "Think.",
        "output": "<think>\nSpruce is light.\n</think>\n\n  Spruce.",
        "history": [["Think.", "<think>\nHm.\n</think>\n\nMaple."]],
    },
    {"instruction": "Accents", "output": "\u0301a cafe\u0301", "system": ""},
    {"instruction": "Odd blanks\u0085\u001c", "output": "\ufeffa\u2028b\u0085"},
    {"instruction": "\ufeffIs it?\ufeff", "output": "\u3000It is.\u00a0"},
    {"instruction": "", "input": "Only input", "output": "Paris"},
    {"instruction": "Скрипка?", "output": "عربية and ギター"},
    {
        "instruction": "\u200fما هو أخف خشب؟",
        "output": "\u202bالتنوب\u202c (spruce), או \u2067אשוח\u2069!\u200e",
        "system": "أجب بإيجاز.",
    },
    {"instruction": "\u2028Lines\u2029apart\u2028", "output": "\u2028first\u2029 last\u2028", "system": "\u2029"},
    {"instruction": "", "output": "", "history": [["", ""], ["Name a wood.", ""]], "system": "Be brief."},
]

LONG = {"piece": "Spruce is light, 枫木 🎻 עץ;\n", "asked": 1600, "answered": 2400}
"""A row of 100,000 characters: a piece, and how often it is asked and answered."""

PLAIN_STYLES = ["gpt2", "chatml", "qwen", "llama3", "llama2"]


def random_rows(count: int, seed: int) -> list[Row]:
    """Rows of strings that are error-prone where the parts of a text meet."""
    rng = random.Random(seed)
    pieces = [
        *["Spruce", "maple", "the violin", "It's", "12", "7", "def f(x):", "naïve", "e", "Paris."],
        *[" ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000", "\u0085", "\u001d", "\ufeff", "\u200b"],
        *["天气", "你好", "。", "🎻", "👩‍👩‍👧‍👦", "𝄞", "\u0301", "\uac01", "ﬁ", "²", "٣", "Ω", "עברית"],
        *["<|im_end|>", "<|im_start|>", "</s>", "<s>", "<|endoftext|>", "<think>", "</think>", "[INST]", "▁", "<0x41>"],
        *["(", ")", ":", "...", "!?", "'s", "“", "-", "|", "<", "\\", "{{", "%}"],
    ]

    def text(most: int) -> str:
        return "".join(rng.choice(pieces) for _ in range(rng.randrange(most + 1)))

    rows = []
    for _ in range(count):
        row: Row = {"instruction": text(6), "output": text(8)}
        if rng.random() < 0.3:
            row["input"] = text(4)
        if rng.random() < 0.3:
            row["system"] = text(4)
        if rng.random() < 0.4:
            row["history"] = [[text(4), text(4)] for _ in range(rng.randrange(1, 3))]
        rows.append(row)
    return rows


def chat_case(tokenizer: PreTrainedTokenizerFast, template: str, row: Row) -> dict[str, Any]:
    """Renders a row with a chat template; if it does not support a system message, that is put
    before the first question."""
    messages = row_messages(row)
    try:
        text, spans = render(tokenizer, template, messages)
    except Exception:
        system, first, *others = messages
        assert system["role"] == "system"
        messages = [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *others]
        text, spans = render(tokenizer, template, messages)
    encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    asked = tokenizer.apply_chat_template(
        messages[:-1], chat_template=template, add_generation_prompt=True, return_dict=False
    )
    return {"ids": encoding.input_ids, "learned": learned(encoding, spans), "asked": asked}


def row_messages(row: Row) -> list[dict[str, str]]:
    messages = []
    if row.get("system"):
        messages.append({"role": "system", "content": row["system"]})
    question = "\n".join(part for part in [row["instruction"], row.get("input", "")] if part)
    for asked, answered in [*row.get("history", []), [question, row["output"]]]:
        messages.append({"role": "user", "content": asked})
        messages.append({"role": "assistant", "content": answered})
    return messages


def render(
    tokenizer: PreTrainedTokenizerFast,
    template: str,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]] | None = None,
) -> tuple[str, list[tuple[int, int]]]:
    """The text, and the spans that transformers attributes to the assistant."""
    texts, spans = render_jinja_template(
        conversations=[messages],
        tools=tools,
        chat_template=template,
        return_assistant_tokens_mask=True,
        **tokenizer.special_tokens_map,
    )
    return texts[0], spans[0]


def plain_case(tokenizer: PreTrainedTokenizerFast, template: str, row: Row) -> dict[str, Any]:
    """Renders a row with a plain template; an answer includes the space before it."""
    parts: list[tuple[str, bool]] = []
    if row.get("system"):
        parts.append((row["system"] + "\n\n", False))
    turns = [*[(q, "", a) for q, a in row.get("history", [])]]
    turns.append((row["instruction"], row.get("input", ""), row["output"]))
    for index, (instruction, given, answer) in enumerate(turns):
        question, lead = plain_question(template, instruction, given, index == 0)
        parts.append((("\n\n" if index > 0 else "") + question, False))
        parts.append((lead + answer + tokenizer.eos_token, True))
    text = "".join(part for part, _ in parts)
    spans = []
    at = 0
    for part, is_learned in parts:
        if is_learned:
            spans.append((at, at + len(part)))
        at += len(part)
    encoding = tokenizer(text, return_offsets_mapping=True)
    asked = tokenizer(text[: spans[-1][0]]).input_ids
    return {"ids": encoding.input_ids, "learned": learned(encoding, spans), "asked": asked}


def plain_question(template: str, instruction: str, given: str, is_first: bool) -> tuple[str, str]:
    """The text of a question, and the separator before its answer."""
    if template == "human-assistant":
        return f"Human: {instruction}\n{given}".strip() + "\n\nAssistant:", " "
    if template == "instruction-answer":
        more = f"\nInput: {given}" if given else ""
        return f"Instruction: {instruction}{more}\nAnswer:", " "
    opening = (
        "Below is an instruction that describes a task, paired with an input that provides further context. "
        "Write a response that appropriately completes the request.\n\n"
        if given
        else "Below is an instruction that describes a task. "
        "Write a response that appropriately completes the request.\n\n"
    )
    more = f"\n\n### Input:\n{given}" if given else ""
    return (
        f"{opening if is_first else ''}### Instruction:\n{instruction}{more}\n\n### Response:",
        "",
    )


def learned(encoding: Any, spans: list[tuple[int, int]]) -> list[list[int]]:
    """Runs of tokens that contain any character of a span, as [first, last + 1]."""
    offsets = encoding["offset_mapping"]
    runs: list[list[int]] = []
    for start, end in spans:
        tokens = [
            index
            for index, (first, last) in enumerate(offsets)
            if first < end and last > start and last > first
        ]
        if tokens:
            if runs and runs[-1][1] >= tokens[0]:
                runs[-1][1] = tokens[-1] + 1
            else:
                runs.append([tokens[0], tokens[-1] + 1])
    return runs


def untrimmed(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """Offsets including the spaces before words."""
    backend = tokenizer.backend_tokenizer
    if "ByteLevel" in backend.to_str() and tokenizer.bos_token_id is not None:
        prefix = tokenizer("a").input_ids[:1] == [tokenizer.bos_token_id]
        if prefix:
            backend.post_processor = processors.Sequence(
                [
                    processors.ByteLevel(trim_offsets=False),
                    processors.TemplateProcessing(
                        single=f"{tokenizer.bos_token} $A",
                        special_tokens=[(tokenizer.bos_token, tokenizer.bos_token_id)],
                    ),
                ]
            )
            return tokenizer
    if "ByteLevel" in backend.to_str():
        backend.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def long_cases(load: Any) -> list[dict[str, Any]]:
    """LONG under each template on one tokenizer; of its ids the number and the SHA-256 of their 32 bits."""
    row = {"instruction": LONG["piece"] * LONG["asked"], "output": LONG["piece"] * LONG["answered"]}
    assert len(row["instruction"]) + len(row["output"]) >= 100_000
    pairs = [(template, styles[0]) for template, styles in ON_STYLES.items()]
    cases = []
    for template, style in [*pairs, *(("alpaca", style) for style in PLAIN_STYLES)]:
        tokenizer = untrimmed(load(style))
        make = chat_case if template in TEMPLATES else plain_case
        case = make(tokenizer, TEMPLATES.get(template, template), row)
        short = {name: digest(case[name]) for name in ("ids", "asked")}
        cases.append({"style": style, "template": template, "learned": case["learned"], **short})
    return cases


def digest(ids: list[int]) -> list[Any]:
    return [len(ids), hashlib.sha256(struct.pack(f"<{len(ids)}I", *ids)).hexdigest()]


def conversation_goldens(load: Any, rows: list[Row]) -> dict[str, Any]:
    """All cases. `load` returns the tokenizer of a style as loaded from its folder."""
    cases = []
    for template, styles in ON_STYLES.items():
        for style in styles:
            tokenizer = untrimmed(load(style))
            for index, row in enumerate(rows):
                case = chat_case(tokenizer, TEMPLATES[template], row)
                cases.append({"style": style, "template": template, "row": index, **case})
    for style in PLAIN_STYLES:
        tokenizer = untrimmed(load(style))
        for template in ["alpaca", "human-assistant", "instruction-answer"]:
            for index, row in enumerate(rows):
                case = plain_case(tokenizer, template, row)
                cases.append({"style": style, "template": template, "row": index, **case})
    return {"templates": TEMPLATES, "rows": rows, "cases": cases, "long": LONG, "long_cases": long_cases(load)}
