"""Writes the results of Python's `re` for patterns and module paths, under PEFT's two matching
rules.

Usage: python3 tests/oracle/make_regex_table.py > tests/unit/lib/regex/python-table.json
"""

import json
import re
import sys

PATHS = [
    "model.layers.0.self_attn.q_proj",
    "model.layers.1.self_attn.v_proj",
    "model.layers.10.mlp.up_proj",
    "model.layers.21.mlp.gate_proj",
    "transformer.h.3.attn.c_attn",
    "transformer.h.3.mlp.c_fc",
    "encoder.block.0.layer.0.SelfAttention.q",
    "decoder.block.11.layer.2.DenseReluDense.wi_0",
    "lm_head",
    "model.embed_tokens",
    "",
    "q_proj",
    "größe.ß.q_proj",
    "a\n",
    "a-b_c]d^e",
    "aaaa",
    "x{2}y",
    "x{}y",
    "AB",
]
PATTERNS = [
    r".*q_proj", r".*\.(q|v)_proj", r".*\.([02468]|1[0-9])\..*", r"model\.layers\.\d+\.mlp\.(up|gate)_proj",
    r"model\.layers\.\d{2}\..*", r".*\.layers\.(?P<n>\d+)\.self_attn\.[qkv]_proj", r"(?i).*selfattention\.Q",
    r"(?i:MODEL)\..*", r"(?!.*mlp).*proj", r"(?=.*attn).*", r".*(?<!gate)_proj", r".*(?<=c_)fc", r"transformer\.h\.\d+\.\w+\.c_\w+",
    r"[^.]+", r"[^\W\d]+", r"[\w.]+", r"\w+", r"(?:\w+\.)+\w+", r"\Amodel.*\Z", r"^model.*$", r"a$", r"a", r"a\n", r".", r"a.", r"(?s)a.",
    r"(?m)^a$", r"(?x) q _ proj  # a comment", r"(?x: q _ ) proj", r"[]]", r"a-b_c[]]d\^e", r"[a-c-]+.*", r"[\d\-_a-z\]^]+", r"x{2}y", r"x\{2\}y",
    r"x{}y", r"x{,}y", r"x{,3}y", r"x{a}y", r"a{2,3}", r"a{4}", r"a{,3}", r"a{3,}", r"a*+", r"a++a", r"(?>a+)a", r"(?>a)aaa", r"a+?", r"(a|aa)+",
    r"(?:|a)+", r"(?:a?)*", r"(a*)*", r"\bq_proj\b", r".*\bproj", r".*\Bproj", r".*\bß\b.*", r"gr\u00f6\xdfe.*", r"gr\w\wße.*", r"\S+", r"a\s", r"\D+", r"(?#note)q_proj",
    r"|q_proj", r"", r"lm_head|embed_tokens", r"(lm_head|.*embed_tokens)", r"(?-i:ab)", r"(?i)ab", r"(?i:a)B", r"(?i:a)b", r"[\x41-\x5a]+", r"\101B", r"\0", r"[A-Z]{2}",
    r"(", r")", r"[", r"a**", r"*a", r"a{3,2}", r"(?P<1>a)", r"\q", r"[z-a]", r"(?z)", r"a(?i)b", r"[\w-z]+", r"(?<name>a)", r"\\", r"+", r"?", r"{", r"a|*", r"(?P<n>a)(?P=n)", r"(a)\1",
    r"(?(1)a|b)", r"[a\]", r"\x4", r"a?*", r"(?:", r"(?=", r"q_proj$", r".*self_attn.*(q|k)_proj$", r".*\.h\.[0-3]\..*", r"(.*\.)?q", r"v_proj|up_proj", r"^lm_head$",
    r"layers.0.self_attn.q_proj", r"proj", r"self_attn.*",
]


def verdict(ask):
    try:
        return ask() is not None
    except re.error:
        return "error"


def main() -> None:
    rows = []
    for pattern in PATTERNS:
        whole = [verdict(lambda: re.fullmatch(pattern, path)) for path in PATHS]
        key = [verdict(lambda: re.match(rf"(.*\.)?({pattern})$", path)) for path in PATHS]
        rows.append({"pattern": pattern, "whole": bits(whole), "key": bits(key)})
    json.dump({"paths": PATHS, "rows": rows}, sys.stdout, indent=1, ensure_ascii=True)
    sys.stdout.write("\n")


def bits(verdicts) -> str:
    """One letter per path: 1 if it matches, 0 if not; "error" if Python rejects the pattern."""
    return "error" if "error" in verdicts else "".join("1" if found else "0" for found in verdicts)


if __name__ == "__main__":
    main()
