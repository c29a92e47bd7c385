"""Encode corpus rows to token ids with a mask of supervised positions, in batches of similar length."""

from __future__ import annotations

import random
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from corpus import Corpus
from templates import segments

# Share of rows whose questions are supervised too, so that every word is learned as a target.
FULL_LOSS_SHARE = 0.1


@dataclass(frozen=True)
class Batch:
    """ids, labels [B, T]; labels are -100 where unsupervised. Rows are padded on the right."""

    ids: torch.Tensor
    labels: torch.Tensor


def encode_rows(tokenizer: Tokenizer, rows: int, seed: int, max_length: int) -> list[tuple[list[int], list[int]]]:
    """(ids, labels) for each row. Rows longer than `max_length` are cut at the end."""
    draw = random.Random(seed)
    encoded = []
    for row in Corpus(seed).rows(rows):
        ids: list[int] = []
        labels: list[int] = []
        everything = draw.random() < FULL_LOSS_SHARE
        for text, supervised in segments(row):
            piece = tokenizer.encode(text).ids
            ids += piece
            labels += piece if supervised or everything else [-100] * len(piece)
        encoded.append((ids[:max_length], labels[:max_length]))
    return encoded


def batches(encoded: list[tuple[list[int], list[int]]], tokens: int, seed: int, pad: int) -> list[Batch]:
    """Shuffle, then group rows of similar length into batches of about `tokens` tokens."""
    draw = random.Random(seed)
    order = list(range(len(encoded)))
    draw.shuffle(order)
    groups: list[list[int]] = []
    window = 4096
    for start in range(0, len(order), window):
        chunk = sorted(order[start : start + window], key=lambda i: len(encoded[i][0]))
        group: list[int] = []
        for index in chunk:
            if group and len(encoded[index][0]) * (len(group) + 1) > tokens:
                groups.append(group)
                group = []
            group.append(index)
        groups.append(group)
    draw.shuffle(groups)
    return [_pad([encoded[i] for i in group], pad) for group in groups]


def _pad(rows: list[tuple[list[int], list[int]]], pad: int) -> Batch:
    length = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), length), pad, dtype=torch.long)
    labels = torch.full((len(rows), length), -100, dtype=torch.long)
    for i, (row_ids, row_labels) in enumerate(rows):
        ids[i, : len(row_ids)] = torch.tensor(row_ids)
        labels[i, : len(row_labels)] = torch.tensor(row_labels)
    return Batch(ids, labels)
