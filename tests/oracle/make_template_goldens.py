"""Writes tests/golden/tokenizer/named-templates.json and thoughts.json (thinking blocks as rendered
by Qwen3's own template).

Usage: make_template_goldens.py FOLDER

Renders with the published chat templates of the formats that the studio offers by name. The
templates are not stored here: those of Gemma, Llama 3, Phi-3, Qwen2.5 and DeepSeek-V3 are trl's
copies (environment "data" of setup.sh); FOLDER holds llama-2-chat, mistral-instruct, zephyr and
chatml of github.com/chujiezheng/chat_templates at 11c4956. Vicuna's prompts are FastChat's (fschat
0.2.36, --no-deps).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import trl
from fastchat.conversation import get_conv_template
from transformers.utils.chat_template_utils import render_jinja_template

OUT = Path(__file__).parents[1] / "golden" / "tokenizer"
TRL = Path(trl.__file__).parent / "chat_templates"

Messages = list[dict[str, Any]]

CHAT: Messages = [
    {"role": "user", "content": "Name a wood."},
    {"role": "assistant", "content": "Spruce."},
    {"role": "user", "content": "天气 🎻?\nAnd another."},
    {"role": "assistant", "content": "Maple,\n\nthen ebony."},
]
BLANKS: Messages = [
    {"role": "user", "content": "  Name a wood.\n"},
    {"role": "assistant", "content": " Spruce. \n"},
]
SYSTEM: Messages = [{"role": "system", "content": "Be brief."}]
TOOL = {
    "type": "function",
    "function": {
        "name": "price",
        "description": "The price of a wood.",
        "parameters": {"type": "object", "properties": {"wood": {"type": "string"}}, "required": ["wood"]},
    },
}
TOOLS: Messages = [
    {"role": "user", "content": "What is spruce?"},
    {
        "role": "assistant",
        "content": "I look.",
        "tool_calls": [{"type": "function", "function": {"name": "price", "arguments": {"wood": "spruce"}}}],
    },
    {"role": "tool", "name": "price", "content": "12"},
    {"role": "tool", "name": "price", "content": "13"},
    {"role": "assistant", "content": "Twelve."},
]
THOUGHTS: Messages = [
    {"role": "user", "content": "Name a wood."},
    {"role": "assistant", "content": "<think>\nLight ones first.\n</think>\n\nSpruce."},
    {"role": "user", "content": "Another."},
    {"role": "assistant", "content": "<think>\nA dark one.\n</think>\n\nEbony."},
]

# The published template, its tokenizer's start and end token, and what else than CHAT it is asked for.
FORMATS: dict[str, tuple[str, str, str, list[str]]] = {
    "chatml": ("chatml", "", "<|im_end|>", ["system"]),
    "llama2": ("llama-2-chat", "<s>", "</s>", ["system", "blanks"]),
    "llama3": ("trl:llama3", "<|begin_of_text|>", "<|eot_id|>", ["system", "blanks"]),
    "mistral": ("mistral-instruct", "<s>", "</s>", ["blanks"]),
    "gemma": ("trl:gemma", "<bos>", "<eos>", ["blanks"]),
    "qwen": ("trl:qwen2_5", "", "<|im_end|>", ["system", "blanks", "tools"]),
    "zephyr": ("zephyr", "<s>", "</s>", ["system"]),
    "deepseek": ("trl:deepseekv3", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", ["system", "blanks"]),
    "phi": ("trl:phi3", "<s>", "<|endoftext|>", ["system", "blanks"]),
}


def read(folder: Path, template: str) -> str:
    if template.startswith("trl:"):
        return (TRL / f"{template[4:]}.jinja").read_text()
    # As that repository's README reads its files, which are indented for people.
    return (folder / f"{template}.jinja").read_text().replace("    ", "").replace("\n", "")


def render(source: str, messages: Messages, tokens: dict[str, str], tools: list[Any] | None, ask: bool) -> str:
    texts, _ = render_jinja_template(
        conversations=[messages], tools=tools, chat_template=source, add_generation_prompt=ask, **tokens
    )
    return texts[0]


def vicuna(messages: Messages) -> str:
    conversation = get_conv_template("vicuna_v1.1")
    for message in messages:
        if message["role"] == "system":
            conversation.set_system_message(message["content"])
        else:
            role = conversation.roles[0 if message["role"] == "user" else 1]
            conversation.append_message(role, message["content"])
    if messages[-1]["role"] == "user":
        conversation.append_message(conversation.roles[1], None)
    # Its tokenizer puts the start token in front.
    return "<s>" + conversation.get_prompt()


def main() -> None:
    folder = Path(sys.argv[1])
    cases = []
    for name, (template, bos, eos, extras) in FORMATS.items():
        tokens = {"bos_token": bos, "eos_token": eos}
        wanted: list[tuple[Messages, list[Any] | None]] = [(CHAT, None)]
        if "system" in extras:
            wanted.append((SYSTEM + CHAT, None))
        if "blanks" in extras:
            wanted.append((BLANKS, None))
        if "tools" in extras:
            wanted += [(TOOLS, [TOOL]), (SYSTEM + TOOLS, [TOOL])]
        for messages, tools in wanted:
            # Today's template of DeepSeek-V3 opens a thinking block when it asks; the one it was published with does not.
            for ask in (False,) if name == "deepseek" else (False, True):
                given = messages[:-1] if ask else messages
                text = render(read(folder, template), given, tokens, tools, ask)
                cases.append({"template": name, **tokens, "messages": given, "tools": tools, "ask": ask, "text": text})
    for messages in (CHAT, SYSTEM + CHAT):
        for given, ask in ((messages, False), (messages[:-1], True)):
            tokens = {"bos_token": "<s>", "eos_token": "</s>"}
            text = vicuna(given)
            cases.append({"template": "vicuna", **tokens, "messages": given, "tools": None, "ask": ask, "text": text})
    write(OUT / "named-templates.json", cases)
    qwen3 = read(folder, "trl:qwen3")
    without = [{**message, "content": message["content"].split("</think>")[-1].strip()} for message in THOUGHTS]
    write(
        OUT / "thoughts.json",
        [
            {"messages": messages, "ask": ask, "text": render(qwen3, messages, {}, None, ask)}
            for messages, ask in [(THOUGHTS, False), (THOUGHTS[:-1], True), (without, False), (THOUGHTS[:2], False)]
        ],
    )


def write(path: Path, cases: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
