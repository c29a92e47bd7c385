"""Writes tests/golden/datasets: Python's results for tables, pandas' JSON, literals,
preferences, conversations with tools, and texts in blocks.

Usage: $(tests/oracle/setup.sh data) tests/oracle/make_dataset_goldens.py
"""

from __future__ import annotations

import ast
import csv
import io
import json
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from trl.data_utils import extract_prompt

from conversation_goldens import learned, render, untrimmed
from tool_templates import ON_STYLES, TEMPLATES

GOLDEN = Path(__file__).parent.parent / "golden"
OUT = GOLDEN / "datasets"

TRICKY = [
    "plain",
    "",
    "  blanks in front and behind  ",
    "two\nlines",
    "\n\nbegins and ends empty\n",
    'a "quoted" word, and a comma; a semicolon',
    "天气很好，🎻 עברית \u2028 \u0301",
    "tab\there",
    "x" * 600,
]


LITERALS = [
    *(f"[{text!r}]" for text in [*TRICKY, "it's", 'both \' and "', "\\ \\n", "\x00\x07\x1b\x7f\x85\u200f\ufeff", "🎻"]),
    *("[]", "{}", "[()]", "[(1,)]", "[1, -2, 3.5, 1e-07, 1e+22, -0.0, True, False, None]", "{'a': {'b': [{}]},}", "[ 1 ,\n2 ]"),
    *("['\\101\\x41\\u0041\\U0001F3BB']", "[1_000]", "[.5, 5.]"),
    # Not literals, or none of dicts, lists and what JSON has.
    *("[1 2]", "['a' 1]", "[a]", "['a", "['a]", "[01]", "[...]", "['a\nb']", "{'a'}", "{1: 2}", "[b'a']", "[1j]", "['\\x4']", "[1]]"),
    *("[{'a': 1} {'b': 2}]", "[--1]", "[True.a]", "[1,,2]", "{'a': 1 'b': 2}", "['\\U00110000']"),
]


def literal_cases() -> list[dict[str, Any]]:
    """Texts and what they are as JSON; null where Python does not read them or JSON has no such value."""
    cases = []
    for text in LITERALS:
        try:
            value = ast.literal_eval(text)
            json_text = json.dumps(value, allow_nan=False)
            plain = isinstance(value, dict) and any(not isinstance(name, str) for name in value)
        except (SyntaxError, ValueError, TypeError):
            plain, json_text = True, ""
        cases.append({"text": text, "json": None if plain else json.loads(json_text)})
    return cases


def alpaca_rows() -> list[dict[str, str]]:
    return [
        {"instruction": f"question {index}", "input": TRICKY[-1 - index], "output": text}
        for index, text in enumerate(TRICKY)
    ]


def chat_rows() -> list[dict[str, Any]]:
    return [
        {
            "id": index,
            "messages": [
                {"role": "user", "content": f"question {index}"},
                {"role": "assistant", "content": text},
                *([] if index % 3 else [{"role": "user", "content": "more"}, {"role": "assistant", "content": "no"}]),
            ],
        }
        for index, text in enumerate(TRICKY)
    ]


def write_parquet() -> None:
    folder = OUT / "parquet"
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(alpaca_rows())
    for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        pq.write_table(table, folder / f"alpaca-{codec}.parquet", compression=codec, row_group_size=4)
    pq.write_table(table, folder / "alpaca-v2.parquet", data_page_version="2.0", use_dictionary=False)
    repeated = pa.Table.from_pylist([{"instruction": "a", "input": None, "output": "b"}] * 50)
    pq.write_table(repeated, folder / "alpaca-dictionary.parquet", use_dictionary=True)
    chats = pa.Table.from_pylist(chat_rows())
    pq.write_table(chats, folder / "messages.parquet", row_group_size=3)
    datasets.Dataset.from_list(chat_rows()).to_parquet(folder / "messages-datasets.parquet")
    # Rows that go on from page to page, as pyarrow wrote them before version 2 of data pages.
    for version in ["1.0", "2.0"]:
        pages = {"data_page_version": version, "data_page_size": 64, "write_batch_size": 1}
        pq.write_table(chats, folder / f"messages-pages-{version[0]}.parquet", use_dictionary=False, **pages)
        pq.write_table(chats, folder / f"messages-dictionary-pages-{version[0]}.parquet", **pages)
    long = [{"instruction": text * 100_000, "input": "", "output": text * 100_000} for text in ["x", "天"]]
    pq.write_table(pa.Table.from_pylist(long), folder / "long.parquet", compression="zstd")


def csv_cases() -> list[dict[str, Any]]:
    """Tables as written by several programs, with pandas' results."""
    frame = pd.DataFrame(alpaca_rows())
    texts = {
        "pandas": frame.to_csv(index=False),
        "pandas, everything quoted": frame.to_csv(index=False, quoting=csv.QUOTE_ALL),
        "semicolons and CRLF": frame.to_csv(index=False, sep=";", lineterminator="\r\n"),
        "tabs": frame.to_csv(index=False, sep="\t"),
        "the index of pandas": frame.to_csv(),
        "a cell with a quote in it": 'instruction,input,output\na "b" c,,d\n',
        "no end of the last line": "instruction,input,output\na,b,c",
        "blank lines": "instruction,input,output\n\na,b,c\n\n\nd,e,f\n",
        "an empty cell in quotes": 'instruction,input,output\na,"","b"\n',
    }
    return [{"name": name, "text": text, "rows": read_csv(text)} for name, text in texts.items()]


def read_csv(text: str) -> list[list[str]]:
    frame = pd.read_csv(io.StringIO(text), sep=None, engine="python", dtype=str, keep_default_na=False)
    return frame[["instruction", "input", "output"]].values.tolist()


def json_cases() -> list[dict[str, Any]]:
    """The JSON layouts of pandas and datasets."""
    rows = alpaca_rows()[:4]
    frame = pd.DataFrame(rows)
    texts = {f"pandas, {orient}": frame.to_json(orient=orient) for orient in ["records", "columns", "index", "split", "table"]}
    texts["pandas, lines"] = frame.to_json(orient="records", lines=True)
    texts["pandas, indented"] = frame.to_json(orient="records", indent=2)
    texts["datasets, columns"] = json.dumps(datasets.Dataset.from_list(rows).to_dict())
    missing = [{**row, "input": float("nan")} for row in rows]
    texts["Python, not a number"] = json.dumps(missing)
    return [
        {
            "name": name,
            "text": text,
            "rows": [
                [row["instruction"], "" if name.startswith("Python") else row["input"], row["output"]] for row in rows
            ],
        }
        for name, text in texts.items()
    ]


def preference_cases() -> list[dict[str, Any]]:
    """Prompts contained in both answers, extracted by trl."""
    hello = [{"role": "user", "content": "Hi"}]
    yes, no = {"role": "assistant", "content": "Yes"}, {"role": "assistant", "content": "No"}
    pairs: list[tuple[Any, Any]] = [
        ("\n\nHuman: hi\n\nAssistant: hello", "\n\nHuman: hi\n\nAssistant: go away"),
        ("The sky is blue.", "The sky is green."),
        ("The sky", "The sea"),
        ("a", "b"),
        ("one two", "one  two"),
        ("天气很好", "天气不好"),
        ([*hello, yes], [*hello, no]),
        ([*hello, yes, *hello, yes], [*hello, yes, *hello, no]),
        ([{"role": "system", "content": "s"}, *hello, yes], [{"role": "system", "content": "s"}, *hello, no]),
    ]
    return [
        {"chosen": chosen, "rejected": rejected, "parts": extract_prompt({"chosen": chosen, "rejected": rejected})}
        for chosen, rejected in pairs
    ]


WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def call(city: str, number: int) -> dict[str, Any]:
    return {
        "id": f"call{number:05}",
        "type": "function",
        "function": {"name": "weather", "arguments": {"city": city, "days": 2}},
    }


CHATS: list[dict[str, Any]] = [
    {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Name a wood."},
            {"role": "assistant", "content": "Balsa.", "weight": 0},
            {"role": "user", "content": "Another."},
            {"role": "assistant", "content": "  Ebony\n", "weight": 1},
            {"role": "user", "content": "天气 🎻?"},
            {"role": "assistant", "content": "\n\nSpruce, twice: Balsa."},
        ]
    },
    {
        "messages": [
            {"role": "user", "content": "Weather in Ulm?"},
            {"role": "assistant", "content": "", "tool_calls": [call("Ulm", 1)]},
            {"role": "tool", "name": "weather", "tool_call_id": "call00001", "content": '{"rain": true}'},
            {"role": "assistant", "content": "It rains in Ulm."},
        ],
        "tools": [WEATHER],
    },
    {
        "messages": [
            {"role": "system", "content": "Use tools."},
            {"role": "user", "content": "Köln \"und\" Ulm?"},
            {"role": "assistant", "content": "I look.", "tool_calls": [call("Köln", 1), call('U"lm', 2)]},
            {"role": "tool", "name": "weather", "tool_call_id": "call00001", "content": "rain"},
            {"role": "tool", "name": "weather", "tool_call_id": "call00002", "content": "sun"},
            {"role": "assistant", "content": "Rain and sun."},
            {"role": "user", "content": "And Bonn?"},
            {"role": "assistant", "content": "", "tool_calls": [call("Bonn", 3)]},
            {"role": "tool", "name": "weather", "tool_call_id": "call00003", "content": "call: weather"},
            {"role": "assistant", "content": "weather"},
        ],
        "tools": [WEATHER],
    },
    {
        "messages": [
            {"role": "user", "content": "x" * 100_000},
            {"role": "assistant", "content": "Long. " * 50},
        ]
    },
]


def chat_cases() -> list[dict[str, Any]]:
    cases = []
    for template, styles in ON_STYLES.items():
        for style in styles:
            tokenizer = untrimmed(load(style))
            for index, chat in enumerate(CHATS):
                text, spans = render(tokenizer, TEMPLATES[template], chat["messages"], chat.get("tools"))
                encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
                cases.append(
                    {
                        "style": style,
                        "template": template,
                        "chat": index,
                        "ids": encoding.input_ids if len(text) < 10_000 else [],
                        "count": len(encoding.input_ids),
                        "every": learned(encoding, spans),
                        "last": learned(encoding, spans[-1:]),
                    }
                )
    return cases


DOCUMENTS = ["Once upon a time.", "", "天气很好。🎻", "The second document\nhas two lines.\n", "end"]


def block_cases() -> list[dict[str, Any]]:
    """Texts prepared by trl: an end token after each, concatenated and split."""
    cases = []
    for style in ["gpt2", "qwen", "llama3", "llama2"]:
        tokenizer = load(style)
        ids = [id for text in DOCUMENTS for id in [*tokenizer(text).input_ids, tokenizer.eos_token_id]]
        blocks = [ids[start : start + 16] for start in range(0, len(ids), 16)]
        cases.append({"style": style, "blocks": blocks})
    return cases


def load(style: str) -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(GOLDEN / "tokenizer" / style)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    write_parquet()
    write("tables.json", {"alpaca": alpaca_rows(), "chats": chat_rows(), "csv": csv_cases(), "json": json_cases()})
    write("literals.json", literal_cases())
    write("preferences.json", preference_cases())
    write(
        "chats.json",
        {"templates": TEMPLATES, "chats": CHATS, "cases": chat_cases(), "documents": DOCUMENTS, "blocks": block_cases()},
    )


def write(name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    (OUT / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
