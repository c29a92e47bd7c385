"""Writes tests/golden/tokenizer/.

Usage: python tests/oracle/make_tokenizer_goldens.py

Trains a small tokenizer in each style that the model families use, and records the results of
Python's tokenizers and transformers for awkward texts and conversations; conversations.json holds
rows under chat templates and plain ones, variants.json tokenizers with a few modified entries.

`make_tokenizer_goldens.py --rows 200 --seed 7 FILE` only writes conversations.json with random rows
to FILE, which tests/unit/data/against-python.test.ts reads through LUTHIER_CONVERSATIONS.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from collections.abc import Callable
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer, UnigramTrainer
from transformers import PreTrainedTokenizerFast

from common import GOLDEN_DIR, write_json
from conversation_goldens import ROWS, conversation_goldens, random_rows
from tokenizer_variants import variant_goldens

OUT = GOLDEN_DIR / "tokenizer"
VOCABULARY = 600

TRAINING_TEXT = (
    """
A luthier builds and mends violins, guitars and other instruments with strings.
Below is an instruction that describes a task. Write a response that appropriately completes the request.
The top of a violin is made of spruce; the back, the ribs and the neck are made of maple.
What is the capital of France? The capital of France is Paris. What is the opposite of hot? It is cold.
Name three colours: red, green and blue. Count from 1 to 12: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.
I'll tell you what we've found: it isn't the glue that they're using, and she'd agree. DON'T WORRY, IT'S FINE.
def area(width, height):\n    return width * height\n\nif area(3, 4) != 12:\n        raise ValueError("no")
Ein Geigenbauer prüft die Größe. Le luthier répare une mandoline à Crémone. Año nuevo, señor.
制琴师修理小提琴。天气很好，我们去公园吧。你叫什么名字？我的名字是小明。
Скрипичный мастер чинит скрипку. ギターを作る人です。
"""
    * 4
)

TEXTS = [
    "",
    " ",
    "Hello, world!",
    "  two spaces,  and\ttabs\t\tand trailing  ",
    "line one\nline two\r\nline three\n\n\n  indented\n",
    "I'll say we've won; IT'S what they'd WANT'LL",
    "Numbers: 7, 42, 1234567, 3.14159, 1,000,000 and 2026-01-31",
    "Das Größenmaß prüfen: naïve café, coöperate",
    "Decomposed: cafe\u0301 n\u0303 e\u0302\u0323 and \uac01 vs \u1100\u1161\u11a8",
    "天气很好，我们去公园吧。I said 你好 to 小明!",
    "Скрипка и ギター и עברית و العربية",
    "Emoji: 🎻🎸 👩‍👩‍👧‍👦 🇮🇹 ❤️ and 𝄞",
    "Zero\u200bwidth, no\u00a0break, soft\u00adhyphen, \ufeffBOM and \u2028separator",
    "control \u0001 and \u007f",
    "def area(width, height):\n    return width * height  # m²",
    "<|im_start|>user\nHi<|im_end|>\n",
    "a <s> b</s> c <|begin_of_text|><|eot_id|>",
    "▁already marked▁ <0x41> [INST] text [/INST]",
    "A" * 60,
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
]

CONVERSATIONS: list[list[dict[str, str]]] = [
    [{"role": "user", "content": "Hi"}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "  What is 2 + 3?\n"}],
    [
        {"role": "user", "content": "你好"},
        {"role": "assistant", "content": "Hello!  "},
        {"role": "user", "content": "Again, please"},
        {"role": "assistant", "content": "Hello again."},
    ],
]

CHATML = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}"
    "{{ '<|im_start|>system\\nYou are a helpful luthier.<|im_end|>\\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
QWEN = """{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "assistant") %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
LLAMA3 = """{{- bos_token }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
LLAMA2 = (
    "{% if messages[0]['role'] == 'system' %}{% set system = '<<SYS>>\\n' + messages[0]['content'] + '\\n<</SYS>>\\n\\n' %}"
    "{% set turns = messages[1:] %}{% else %}{% set system = '' %}{% set turns = messages %}{% endif %}"
    "{% for message in turns %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
    "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + (system if loop.first else '') + message['content'].strip() + ' [/INST]' }}"
    "{% else %}{{ ' ' + message['content'].strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
)

QWEN_SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3_SPLIT = QWEN_SPLIT.replace(r"|\p{N}|", r"|\p{N}{1,3}|")


def train(tokenizer: Tokenizer, special: list[str], alphabet: list[str]) -> Tokenizer:
    """Trains the merges; special tokens come first, as ids 0, 1, …"""
    trainer = BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=special,
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING_TEXT.splitlines(keepends=True), trainer)
    return tokenizer


def byte_level(split: pre_tokenizers.PreTokenizer, special: list[str], **options: Any) -> Tokenizer:
    """A byte-level BPE like GPT-2's, with another pre-tokenizer."""
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = split
    tokenizer.decoder = decoders.ByteLevel()
    return train(tokenizer, special, pre_tokenizers.ByteLevel.alphabet())


def regex_then_bytes(pattern: str) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def starts_with(token: str, tokenizer: Tokenizer) -> processors.PostProcessor:
    """Puts the token before every text."""
    return processors.TemplateProcessing(
        single=f"{token} $A",
        pair=f"{token} $A {token} $B",
        special_tokens=[(token, tokenizer.token_to_id(token))],
    )


def gpt2_style() -> PreTrainedTokenizerFast:
    """GPT-2: one special token, no chat template."""
    tokenizer = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|endoftext|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|endoftext|>", bos_token="<|endoftext|>"
    )


def chatml_style() -> PreTrainedTokenizerFast:
    """SmolLM2: digits one by one, ChatML."""
    digits = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer = byte_level(digits, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        chat_template=CHATML,
    )


def qwen_style() -> PreTrainedTokenizerFast:
    """Qwen2: NFC, its own split, special tokens behind the vocabulary."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = regex_then_bytes(QWEN_SPLIT)
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, [], pre_tokenizers.ByteLevel.alphabet())
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|endoftext|>", chat_template=QWEN
    )


def llama3_style() -> PreTrainedTokenizerFast:
    """Llama 3: whole words before merges, a token before every text."""
    special = [
        "<|begin_of_text|>",
        "<|end_of_text|>",
        "<|start_header_id|>",
        "<|end_header_id|>",
        "<|eot_id|>",
    ]
    tokenizer = byte_level(regex_then_bytes(LLAMA3_SPLIT), special, ignore_merges=True)
    tokenizer.post_processor = processors.Sequence(
        [processors.ByteLevel(trim_offsets=True), starts_with("<|begin_of_text|>", tokenizer)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|begin_of_text|>",
        eos_token="<|eot_id|>",
        chat_template=LLAMA3,
    )


def llama2_style() -> PreTrainedTokenizerFast:
    """TinyLlama and Llama 2: SentencePiece's word marks, unknown characters as bytes."""
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    # Words are split only for training; the finished tokenizer merges over the whole text, as Llama's does.
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", behavior="merged_with_next")
    train(tokenizer, ["<unk>", "<s>", "</s>", *fallback], [])
    described = json.loads(tokenizer.to_str())
    described["pre_tokenizer"] = None
    described["added_tokens"] = [token for token in described["added_tokens"] if token["id"] < 3]
    tokenizer = Tokenizer.from_str(json.dumps(described))
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    tokenizer.post_processor = starts_with("<s>", tokenizer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        chat_template=LLAMA2,
    )


def t5_style() -> PreTrainedTokenizerFast:
    """T5 and mT5: SentencePiece unigrams over whitespace-separated words, and an end token after
    every text. The originals also include an NFKC table, which only SentencePiece writes.
    """
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    trainer = UnigramTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<pad>", "</s>", "<unk>"],
        unk_token="<unk>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING_TEXT.splitlines(keepends=True), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>",
        pair="$A </s> $B </s>",
        special_tokens=[("</s>", tokenizer.token_to_id("</s>"))],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", eos_token="</s>"
    )


STYLES: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "gpt2": gpt2_style,
    "chatml": chatml_style,
    "qwen": qwen_style,
    "llama3": llama3_style,
    "llama2": llama2_style,
    "t5": t5_style,
}


def text_case(tokenizer: PreTrainedTokenizerFast, text: str) -> dict[str, Any]:
    """Ids with and without the tokenizer's added tokens, and the text they decode to."""
    ids = tokenizer(text, add_special_tokens=False).input_ids
    with_special = tokenizer(text).input_ids
    return {
        "text": text,
        "ids": ids,
        "ids_with_special": with_special,
        "decoded": tokenizer.decode(ids, clean_up_tokenization_spaces=False),
        "decoded_plain": tokenizer.decode(
            with_special, skip_special_tokens=True, clean_up_tokenization_spaces=False
        ),
    }


def chat_case(tokenizer: PreTrainedTokenizerFast, messages: list[dict[str, str]]) -> dict[str, Any]:
    """The conversation as text, with and without a generation prompt, and the ids of the first."""

    def render(opening: bool) -> str:
        return tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=opening
        )

    return {
        "messages": messages,
        "with_opening": render(True),
        "without_opening": render(False),
        "ids": tokenizer(render(True), add_special_tokens=False).input_ids,
    }


UNSTEADY = {"t5"}
"""Styles whose trainer gives another vocabulary every time; their tokenizers are kept."""


def load(style: str) -> PreTrainedTokenizerFast:
    """The tokenizer of a style from its committed folder."""
    return PreTrainedTokenizerFast.from_pretrained(OUT / style)


def write_style(name: str) -> None:
    """Writes the tokenizer's own files and golden.json."""
    folder = OUT / name
    if name in UNSTEADY and folder.exists():
        tokenizer = load(name)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        tokenizer = STYLES[name]()
        tokenizer.save_pretrained(folder)
    conversations = CONVERSATIONS if tokenizer.chat_template else []
    write_json(
        folder / "golden.json",
        {
            "vocabulary_size": len(tokenizer),
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "special_ids": sorted(
                id for id, token in tokenizer.added_tokens_decoder.items() if token.special
            ),
            "texts": [text_case(tokenizer, text) for text in TEXTS],
            "chats": [chat_case(tokenizer, messages) for messages in conversations],
        },
    )


def write_lines(path: Path, value: dict[str, Any]) -> None:
    """JSON with one case per line."""
    entries = []
    for name, held in value.items():
        if isinstance(held, list):
            lines = ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in held)
            entries.append(f"{json.dumps(name)}: [\n{lines}\n]")
        else:
            entries.append(f"{json.dumps(name)}: {json.dumps(held, ensure_ascii=False)}")
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("file", type=Path, nargs="?")
    given = parser.parse_args()
    if given.rows:
        write_lines(given.file, conversation_goldens(load, random_rows(given.rows, given.seed)))
        return
    for name in STYLES:
        write_style(name)
        size = sum(path.stat().st_size for path in (OUT / name).iterdir())
        print(f"{name}: {size} bytes")
    write_lines(OUT / "conversations.json", conversation_goldens(load, ROWS))
    write_lines(OUT / "variants.json", {"variants": variant_goldens(OUT)})


if __name__ == "__main__":
    main()
