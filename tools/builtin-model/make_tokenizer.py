"""Train the byte-level BPE on a sample of the corpus and write the tokenizer files."""

from __future__ import annotations

import argparse
import json
import os

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import Corpus
from grammar import sentence
from templates import ASSISTANT, CHAT_TEMPLATE, END, PAD, SPECIAL_TOKENS, SYSTEM, USER, segments


def train(rows: int, vocab_size: int, seed: int) -> Tokenizer:
    """A byte-level BPE without a beginning-of-text token; special tokens take the first ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    corpus = Corpus(seed)
    texts = ["".join(text for text, _ in segments(row)) for row in corpus.rows(rows)]
    # Each word of the vocabulary becomes one token after a space; short answers and the words
    # that open a sentence often enough also without one.
    shorts = {q.short for questions in corpus.by_topic.values() for q in questions} | set(corpus.topics)
    words = [f" {word}" for word in corpus.words for _ in range(60)]
    words += [f'"{short}"' for short in sorted(shorts) for _ in range(20)]
    words += [f'"{topic}"' for topic in corpus.topics for _ in range(200)]
    words += [f"\n{sentence(word)}" for word in corpus.words for _ in range(8)]
    tokenizer.train_from_iterator(texts + words, trainer)
    return tokenizer


def save(tokenizer: Tokenizer, folder: str) -> None:
    """Write tokenizer.json and tokenizer_config.json."""
    os.makedirs(folder, exist_ok=True)
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 512,
        "clean_up_tokenization_spaces": False,
        "eos_token": END,
        "pad_token": PAD,
        "extra_special_tokens": [SYSTEM, USER, ASSISTANT],
        "chat_template": CHAT_TEMPLATE,
    }
    with open(os.path.join(folder, "tokenizer_config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file, indent=2, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="folder for the tokenizer files")
    parser.add_argument("--vocab", type=int, default=4096)
    parser.add_argument("--rows", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    save(train(options.rows, options.vocab, options.seed), options.out)
