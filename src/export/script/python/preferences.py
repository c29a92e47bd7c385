"""Losses on pairs of answers: TRL's own code, on the batches that the run had. TRL's training loop would make other
batches and weigh them otherwise."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object
from torch import Tensor, nn
from trl import DPOTrainer
from trl.experimental.cpo import CPOTrainer
from trl.trainer.utils import add_fused_lm_head

from losses import right_padded, token_logits
from run_data import Row, Run

IGNORED = -100
"""Label of tokens that are not learned."""


def bare_accelerator(device: torch.device) -> SimpleNamespace:
    """Stands in where TRL only gathers its metrics."""
    return SimpleNamespace(device=device, gather=lambda value: value, gather_for_metrics=lambda value: value)


class DpoLoss(DPOTrainer):
    """DPO and its relatives, against log-probabilities of the reference that are known in advance."""

    def __init__(self, options: dict[str, Any], model: nn.Module, device: torch.device) -> None:
        # Without the parent's: it would prepare data and an optimizer of its own.
        weight = options["sft_weight"]
        self.__dict__.update(
            model=model,
            accelerator=bare_accelerator(device),
            aux_loss_enabled=False,
            ld_alpha=None,
            precompute_ref_logps=True,
            f_divergence_type="reverse_kl",
            loss_types=[options["loss"], *(["sft"] if weight else [])],
            loss_weights=[1.0, *([weight] if weight else [])],
            beta=options["beta"],
            label_smoothing=options["label_smoothing"],
            use_weighting=False,
            _metrics=defaultdict(lambda: defaultdict(list)),
            _total_train_tokens=0,
            _tp_size=1,
        )
        add_fused_lm_head(model.get_base_model() if hasattr(model, "get_base_model") else model, outputs=METRICS)

    def mean(self, model: nn.Module, rows: list[Row], references: list[tuple[float, float]]) -> Tensor:
        """Mean loss of the pairs."""
        device = self.accelerator.device
        texts = [row.texts[0] for row in rows] + [row.texts[1] for row in rows]
        chosen, rejected = torch.tensor(references, device=device).T
        inputs = {
            "input_ids": right_padded([text.ids for text in texts], device),
            "attention_mask": right_padded([[1] * len(text.ids) for text in texts], device),
            "completion_mask": right_padded([text.learned for text in texts], device).long(),
            "ref_chosen_logps": chosen,
            "ref_rejected_logps": rejected,
        }
        self._metrics.clear()
        return self._compute_loss(model, inputs, return_outputs=False)


METRICS = ("log_probs", "entropy", "mean_logits", "is_top1")
"""What the loss and the metrics computed beside it need of each token."""


class CpoLoss(CPOTrainer):
    """CPO and SimPO, which have no reference."""

    def __init__(self, options: dict[str, Any], _model: nn.Module, device: torch.device) -> None:
        self.__dict__.update(
            accelerator=bare_accelerator(device),
            is_encoder_decoder=False,
            aux_loss_enabled=False,
            pad_token_id=0,
            alpha=0.0,
            loss_type=options["loss"],
            beta=options["beta"],
            label_smoothing=options["label_smoothing"],
            cpo_alpha=options["cpo_alpha"],
            simpo_gamma=options["simpo_gamma"],
        )

    def mean(self, model: nn.Module, rows: list[Row], _references: list[tuple[float, float]]) -> Tensor:
        """Mean loss of the pairs."""
        device = self.accelerator.device
        batch = {}
        for side, name in enumerate(("chosen", "rejected")):
            texts = [row.texts[side] for row in rows]
            ids = right_padded([text.ids for text in texts], device)
            learned = right_padded([text.learned for text in texts], device).bool()
            batch[f"{name}_input_ids"] = ids
            batch[f"{name}_attention_mask"] = right_padded([[1] * len(text.ids) for text in texts], device)
            batch[f"{name}_labels"] = ids.masked_fill(~learned, IGNORED)
        return self.get_batch_loss_metrics(model, batch)[0]


LOSSES = {"dpo": DpoLoss, "cpo": CpoLoss}


class PairObjective:
    """A loss on pairs, divided by the pairs of the whole optimizer step."""

    def __init__(self, run: Run, model: nn.Module, accelerator: Accelerator) -> None:
        self.run, self.options = run, run["objective"]
        self.loss_of = LOSSES[self.options["trainer"]](self.options, model, accelerator.device)
        self.references: dict[int, tuple[float, float]] = {}

    def weigh(self, rows: list[Row]) -> int:
        return len(rows)

    def prepare(self, model: nn.Module, accelerator: Accelerator) -> None:
        """Computes the log-probabilities that the loss compares with, once."""
        if self.options["reference"] is None:
            return
        rows = self.run.train + self.run.validation
        size = self.run["training"]["batch_size"]
        own: list[tuple[int, tuple[float, float]]] = []
        plain = accelerator.unwrap_model(model)
        turned_off = self.options["reference"] == "base" and hasattr(plain, "disable_adapter")
        model.eval()
        with torch.no_grad(), plain.disable_adapter() if turned_off else nullcontext():
            for first in range(0, len(rows), size):
                places = range(first, min(first + size, len(rows)))[
                    accelerator.process_index :: accelerator.num_processes
                ]
                # Processes without a row compute one too: sharded models need all of them.
                known = self.log_probs(model, [rows[place] for place in places] or rows[:1], accelerator.device)
                own.extend(zip(places, known))
        for place, pair in gather_object(own):
            self.references[id(rows[place])] = tuple(pair)

    def log_probs(self, model: nn.Module, rows: list[Row], device: torch.device) -> list[tuple[float, float]]:
        """Summed log-probabilities of both answers of each pair."""
        texts = [text for row in rows for text in row.texts]
        logits, ids, learned = token_logits(self.run, model, texts, device)
        logs = logits.float().log_softmax(-1).gather(-1, ids[..., None])[..., 0]
        sums = (logs * learned).sum(1).tolist()
        return list(zip(sums[0::2], sums[1::2], strict=True))

    def loss(self, model: nn.Module, rows: list[Row], _device: torch.device) -> Tensor:
        references = [self.references.get(id(row), (0.0, 0.0)) for row in rows]
        return len(rows) * self.loss_of.mean(model, rows, references)
