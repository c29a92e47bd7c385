"""Tokenizers that differ from a committed one in a few entries, with Python's results."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

BLANKS = "a\u0085b \u001c c\ufeff d\u3000e\u00a0f  g\n\n h\u2028"
TEXTS = [
    "mending unmending mendings mending, Mending remending",
    "a  <|pad|>  b <|end|> c",
    "٣٤٥ ²³ Ⅷ 123 4½ ৩",
    BLANKS,
    "\ufeff!\ufeff\ufeff? \u0085\u0085x",
    'He said: "no..." (yes) -- [ok]! ¿qué? €5',
    "line one\n\n\nline two \n three   four",
    "the violin's top, isn't it",
    "Ünïcode ﬁne Ａｂ１ e\u0301 Straße İstanbul 漢字かな 한국 🎻👩‍🎤 \u200d\u00ad",
]


def added(id: int, content: str, **changes: bool) -> dict[str, Any]:
    token = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return {"id": id, "content": content, **token, **changes}


def split(pattern: dict[str, str], behavior: str, invert: bool = False) -> dict[str, Any]:
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def then_bytes(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "pretokenizers": [*parts, BYTES]}


# `tokenizer` replaces entries of tokenizer.json, `added` is appended to its added tokens, `config` replaces entries of
# tokenizer_config.json.
VARIANTS: list[dict[str, Any]] = [
    {"name": "single words", "style": "chatml", "added": [added(600, "mending", single_word=True)]},
    {
        "name": "normalised tokens",
        "style": "llama2",
        "added": [added(600, "mending", normalized=True), added(601, "unmending", normalized=True)],
    },
    {
        "name": "stripping tokens",
        "style": "chatml",
        "added": [added(600, "<|pad|>", lstrip=True), added(601, "<|end|>", rstrip=True)],
    },
    {
        "name": "tokens of the configuration alone",
        "style": "chatml",
        "config": {
            "added_tokens_decoder": {"600": {**added(0, "<|end|>", special=True)}},
            "pad_token": "<|pad|>",
        },
    },
    {"name": "further special tokens", "style": "chatml", "config": {"extra_special_tokens": ["mending"]}},
    {
        "name": "further special tokens under transformers 4's key",
        "style": "chatml",
        "config": {"additional_special_tokens": ["isn't"]},
    },
    *[
        {"name": f"Metaspace and tokens of two words, split {splits}", "style": "t5", "tokenizer": {
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": splits},
            "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": False, "vocab": [
                ["<unk>", 0.0], ["▁", -4.0], ["▁line", -3.0], ["▁one", -3.0], ["▁line▁one", -1.0], ["▁the", -3.0],
                ["▁violin's", -3.0], ["▁the▁violin's", -1.0], ["▁top", -3.0], ["s", -5.0], [",", -4.0]]},
            "added_tokens": [], "normalizer": None, "post_processor": None,
        }}
        for splits in (True, False)
    ],
    {
        "name": "a start token that tokenizer_config.json asks for",
        "style": "chatml",
        "config": {"add_bos_token": True},
    },
    {
        "name": "a start token that tokenizer_config.json does not want",
        "style": "llama2",
        "config": {"add_bos_token": False},
    },
    *[
        {"name": name, "style": "gpt2", "tokenizer": {"pre_tokenizer": pre_tokenizer}}
        for name, pre_tokenizer in {
            "digits one by one": then_bytes({"type": "Digits", "individual_digits": True}),
            "digits together": then_bytes({"type": "Digits", "individual_digits": False}),
            "white space": then_bytes({"type": "WhitespaceSplit"}),
            "punctuation isolated": then_bytes({"type": "Punctuation", "behavior": "Isolated"}),
            "punctuation contiguous": then_bytes({"type": "Punctuation", "behavior": "Contiguous"}),
            "split removed": then_bytes(split({"String": " "}, "Removed")),
            "split merged with previous": then_bytes(split({"String": " "}, "MergedWithPrevious")),
            "split merged with next": then_bytes(split({"Regex": "[aeiou]"}, "MergedWithNext")),
            "split contiguous": then_bytes(split({"Regex": "[a-f]"}, "Contiguous")),
            "split inverted": then_bytes(split({"Regex": "\\w+"}, "Removed", True)),
            "BERT's words": then_bytes({"type": "BertPreTokenizer"}),
            "words": then_bytes({"type": "Whitespace"}),
            "a delimiter": then_bytes({"type": "CharDelimiterSplit", "delimiter": "e"}),
            "lengths": then_bytes({"type": "FixedLength", "length": 5}),
            "a space before": {**BYTES, "add_prefix_space": True, "use_regex": True},
        }.items()
    ],
    *[
        {"name": f"normaliser {name}", "style": "gpt2", "tokenizer": {"normalizer": normalizer}}
        for name, normalizer in {
            "NFC": {"type": "NFC"},
            "NFD": {"type": "NFD"},
            "NFKC": {"type": "NFKC"},
            "NFKD": {"type": "NFKD"},
            "lower case": {"type": "Lowercase"},
            "strip": {"type": "Strip", "strip_left": True, "strip_right": True},
            "accents": {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]},
            "replacement": {"type": "Replace", "pattern": {"String": "e"}, "content": "oo"},
            "replacement by an expression": {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "_"},
            "prepended": {"type": "Prepend", "prepend": "x"},
            "BERT": {
                "type": "BertNormalizer",
                "clean_text": True,
                "handle_chinese_chars": True,
                "strip_accents": None,
                "lowercase": True,
            },
            "BERT with accents": {
                "type": "BertNormalizer",
                "clean_text": False,
                "handle_chinese_chars": False,
                "strip_accents": False,
                "lowercase": True,
            },
        }.items()
    ],
    *[
        {"name": f"Metaspace {scheme} {splits}", "style": "t5", "tokenizer": {
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": splits},
        }}
        for scheme in ("always", "first", "never")
        for splits in (True, False)
    ],
    *[
        {"name": f"{style} with {changes}", "style": style, "model": changes}
        for style, changes in (
            ("llama2", {"byte_fallback": False}),
            ("llama2", {"byte_fallback": False, "fuse_unk": False}),
            ("llama2", {"ignore_merges": True}),
            ("gpt2", {"ignore_merges": True}),
            ("gpt2", {"unk_token": "the"}),
        )
    ],
    {
        "name": "bytes of what Unigram lacks",
        "style": "t5",
        "tokenizer": {
            "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": True, "vocab": [
                ["<unk>", 0.0],
                *([f"<0x{byte:02X}>", -9.0] for byte in range(256)),
                *([piece, -2.0 - 1 / len(piece)] for piece in ("▁", "e", "n", "d", "ing", "▁m", "t", "o", "漢")),
            ]},
            "added_tokens": [],
            "normalizer": None,
            "post_processor": None,
        },
    },
]
NAMES = {"config": "tokenizer_config.json", "tokenizer": "tokenizer.json"}


def variant_goldens(golden_dir: Path) -> list[dict[str, Any]]:
    return [{**variant, "texts": read(golden_dir, variant)} for variant in VARIANTS]


def read(golden_dir: Path, variant: dict[str, Any]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tokenizer"
        shutil.copytree(golden_dir / variant["style"], target)
        described = json.loads((target / NAMES["tokenizer"]).read_text())
        described.update(variant.get("tokenizer", {}))
        described["model"].update(variant.get("model", {}))
        described["added_tokens"] += variant.get("added", [])
        (target / NAMES["tokenizer"]).write_text(json.dumps(described))
        config = json.loads((target / NAMES["config"]).read_text())
        config.update(variant.get("config", {}))
        (target / NAMES["config"]).write_text(json.dumps(config))
        tokenizer = PreTrainedTokenizerFast.from_pretrained(target)
    return [
        {
            "text": text,
            "ids": tokenizer(text, add_special_tokens=False).input_ids,
            "ids_with_special": tokenizer(text).input_ids,
        }
        for text in TEXTS
    ]
