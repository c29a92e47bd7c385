"""What a golden case measures: gradients, ten AdamW steps, greedy answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import GenerationConfig

from common import supervised_count
from golden_batch import Batch, micro_loss, reads_pairs
from golden_case import Case, trainable

STEPS = 10
LEARNING_RATE = 1e-2
BETAS = (0.9, 0.999)
EPSILON = 1e-8
WEIGHT_DECAY = 0.01
MAX_GRAD_NORM = 1.0
UNSETTLED = 1e-3
"""A parameter whose float32 and float64 runs end further apart than this is not to be compared."""
FAINT = 1e-6
"""Nor is one whose first gradient is smaller than this: float32 does not determine its sign."""


@dataclass(frozen=True)
class Training:
    """Ten steps: total loss and unclipped gradient norm before each, the first step's clipped
    gradients, parameters after the last."""

    losses: Tensor
    grad_norms: Tensor
    first_gradients: dict[str, Tensor]
    after: dict[str, Tensor]


def first_gradients(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Gradients of the first micro-batch's loss: summed cross entropy / supervised tokens."""
    model.zero_grad()
    summed, mean = micro_loss(model, batch.input_ids[0], batch.attention_mask[0], batch.labels[0])
    loss = summed / supervised_count(batch.labels[0])
    torch.testing.assert_close(loss, mean, rtol=1e-5, atol=0)
    loss.backward()
    gradients = {name: p.grad.clone() for name, p in trainable(model).items()}
    model.zero_grad()
    return gradients


def train(model: nn.Module, batch: Batch, case: Case) -> Training:
    """Ten AdamW steps in place; each accumulates both micro-batches and divides once."""
    parameters = trainable(model)
    groups = [
        {"params": [parameter], "lr": LEARNING_RATE * case.learning_rate_factor(name)}
        for name, parameter in parameters.items()
    ]
    optimizer = torch.optim.AdamW(groups, betas=BETAS, eps=EPSILON, weight_decay=WEIGHT_DECAY)
    total = sum(supervised_count(labels) for labels in batch.labels)
    losses: list[float] = []
    norms: list[float] = []
    first: dict[str, Tensor] = {}
    for step in range(STEPS):
        case.before_step(model, optimizer, batch, step)
        optimizer.zero_grad()
        loss = 0.0
        for ids, mask, labels in zip(
            batch.input_ids, batch.attention_mask, batch.labels, strict=True
        ):
            part = micro_loss(model, ids, mask, labels)[0] / total
            part.backward()
            loss += float(part.detach())
        case.add_penalty(model)
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters.values(), MAX_GRAD_NORM)))
        losses.append(loss)
        first = first or {name: p.grad.clone() for name, p in parameters.items()}
        optimizer.step()
    after = {name: p.detach().clone() for name, p in parameters.items()}
    return Training(torch.tensor(losses), torch.tensor(norms), first, after)


def train_in_double(model: nn.Module, batch: Batch, case: Case) -> Training:
    """The same steps of a float64 copy, to see which results float32 determines."""
    with softmax_as_it_comes():
        return train(copy.deepcopy(model).double(), batch, case)


@contextmanager
def softmax_as_it_comes() -> Iterator[None]:
    """Keeps attention's softmax in the input's precision. In float32 the float64 mask value would
    become minus infinity, and padded rows without visible keys would be NaN."""
    softmax = nn.functional.softmax
    nn.functional.softmax = lambda x, *args, dtype=None, **options: softmax(x, *args, **options)
    try:
        yield
    finally:
        nn.functional.softmax = softmax


def unsettled(single: Training, double: Training) -> dict[str, Tensor]:
    """Masks (1 = do not compare) of parameters decided by rounding. AdamW divides by the gradient's
    magnitude, so a gradient that is zero except for rounding (GPT-2's key biases, which the softmax
    cancels) still moves its parameter by up to the learning rate."""
    masks: dict[str, Tensor] = {}
    for name, value in single.after.items():
        apart = (value - double.after[name].float()).abs() > UNSETTLED
        faint = double.first_gradients[name].abs() < FAINT
        masks[name] = (apart | faint).to(torch.uint8)
    return {name: mask for name, mask in masks.items() if mask.any()}


def greedy(
    model: nn.Module, prompt: Tensor, count: int, **options: float
) -> tuple[Tensor, float]:
    """The new ids of a greedy answer (`count` of them) and the smallest margin between a chosen
    token's score and the runner-up: near rounding error, the golden would depend on chance.
    """
    config = GenerationConfig(
        max_new_tokens=count,
        do_sample=False,
        pad_token_id=0,
        decoder_start_token_id=0 if reads_pairs(model) else None,
        output_scores=True,
        return_dict_in_generate=True,
        **options,
    )
    with torch.no_grad():
        out = model.generate(
            input_ids=prompt[None],
            attention_mask=torch.ones_like(prompt[None]),
            generation_config=config,
        )
    best = torch.stack(out.scores)[:, 0].topk(2).values
    return out.sequences[0, -count:], float((best[:, 0] - best[:, 1]).min())
