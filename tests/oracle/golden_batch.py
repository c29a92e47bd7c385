"""The rows of every golden case, and the loss and logits of a model on them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from common import IGNORED, generator, summed_loss

# (tokens, of which the prompt) of each row. The two micro-batches supervise different numbers
# of tokens, so a mean of means is wrong; one row supervises a single token.
ROWS = (((13, 4), (9, 3), (4, 3)), ((11, 1), (13, 6), (6, 2)))
LENGTH = 13


@dataclass(frozen=True)
class Batch:
    """Right-padded micro-batches, each tensor (micro-batch, row, position)."""

    input_ids: Tensor
    attention_mask: Tensor
    labels: Tensor


def make_batch(family: str, vocab_size: int) -> Batch:
    """The family's fixed rows: random ids, label -100 on prompts and padding."""
    shape = (len(ROWS), len(ROWS[0]), LENGTH)
    ids = torch.randint(1, vocab_size, shape, generator=generator(family, "ids"))
    positions = torch.arange(LENGTH)
    lengths = torch.tensor([[row[0] for row in micro] for micro in ROWS])[..., None]
    prompts = torch.tensor([[row[1] for row in micro] for micro in ROWS])[..., None]
    real = positions < lengths
    ids = torch.where(real, ids, 0)
    labels = torch.where(real & (positions >= prompts), ids, IGNORED)
    return Batch(ids, real.long(), labels)


def reads_pairs(model: nn.Module) -> bool:
    """Whether an encoder reads the prompts and a decoder generates the answers."""
    configs = [getattr(module, "config", None) for module in model.modules()]
    return any(getattr(config, "is_encoder_decoder", False) for config in configs)


def as_pairs(ids: Tensor, mask: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Rows for an encoder-decoder: prompts as the encoder's input, and answers as labels from the
    first position, both padded to the rows' length.
    """
    learned = labels != IGNORED
    prompts = mask.bool() & ~learned
    answers = torch.full_like(labels, IGNORED)
    for row, own in enumerate(learned):
        answers[row, : own.sum()] = labels[row, own]
    return {
        "input_ids": torch.where(prompts, ids, 0),
        "attention_mask": prompts.long(),
        "labels": answers,
    }


def micro_loss(model: nn.Module, ids: Tensor, mask: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The summed loss of a micro-batch, and the mean loss that the model itself returns."""
    if not reads_pairs(model):
        out = model(input_ids=ids, attention_mask=mask, labels=labels)
        return summed_loss(out.logits, labels), out.loss
    pairs = as_pairs(ids, mask, labels)
    out = model(**pairs)
    losses = torch.nn.functional.cross_entropy(
        out.logits.flatten(0, 1),
        pairs["labels"].flatten(),
        ignore_index=IGNORED,
        reduction="sum",
    )
    return losses, out.loss


def masked_logits(model: nn.Module, batch: Batch, micro: int = 0) -> Tensor:
    """Logits (row, virtual tokens + position, vocabulary) of one micro-batch, zero on padding; for
    an encoder-decoder those of the answers (row, position in the answer, vocabulary).
    """
    mask = batch.attention_mask[micro]
    if reads_pairs(model):
        pairs = as_pairs(batch.input_ids[micro], mask, batch.labels[micro].long())
        with torch.no_grad():
            logits = model(**pairs).logits
        return logits * (pairs["labels"] != IGNORED)[..., None]
    with torch.no_grad():
        logits = model(input_ids=batch.input_ids[micro], attention_mask=mask).logits
    virtual = logits.shape[1] - mask.shape[1]
    return logits * torch.nn.functional.pad(mask, (virtual, 0), value=1)[..., None]
