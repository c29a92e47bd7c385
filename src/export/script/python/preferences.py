"""Losses on answers that are better or worse: TRL's own code, on the batches that the run had. TRL's training loop would
make other batches and weigh them otherwise."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object
from torch import Tensor, nn
from trl import DPOTrainer, KTOTrainer
from trl.experimental.cpo import CPOTrainer
from trl.experimental.orpo import ORPOTrainer
from trl.trainer.utils import add_fused_lm_head

from losses import right_padded, split_texts, token_logits
from run_data import Row, Run, Share, Text

IGNORED = -100
"""Label of tokens that are not learned."""

METRICS = ("log_probs", "entropy", "mean_logits", "is_top1")
"""What the losses and the metrics computed beside them need of each token."""

References = list[tuple[float, float]]


def bare_accelerator(device: torch.device) -> SimpleNamespace:
    """Stands in where TRL only gathers its metrics."""
    return SimpleNamespace(device=device, gather=lambda value: value, gather_for_metrics=lambda value: value)


def fuse_head(model: nn.Module) -> None:
    """Makes the model compute what TRL reads of each token."""
    add_fused_lm_head(model.get_base_model() if hasattr(model, "get_base_model") else model, outputs=METRICS)


def padded(texts: list[Text], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens, which of them are present, and which are learned."""
    return (
        right_padded([text.ids for text in texts], device),
        right_padded([[1] * len(text.ids) for text in texts], device),
        right_padded([text.learned for text in texts], device).long(),
    )


def part_of_mean(share: Share, tokens: list[int], all_tokens: list[int]) -> float:
    """Factor that makes the mean over the tokens of a process's rows its part of the mean over the micro-batch."""
    rows = len(share.micro) or len(share.rows)
    return (sum(tokens) / len(share.rows)) / max(1e-9, sum(all_tokens or tokens) / rows)


def answer_tokens(rows: list[Row]) -> list[int]:
    return [sum(row.texts[0].learned) for row in rows]


class DpoLoss(DPOTrainer):
    """DPO and its relatives, against log-probabilities of the reference that are known in advance."""

    def __init__(self, run: Run, model: nn.Module, accelerator: Accelerator) -> None:
        # Without the parent's: it would prepare data and an optimizer of its own.
        options = run["objective"]
        self.likelihood = options["sft_weight"]
        self.__dict__.update(
            model=model,
            accelerator=bare_accelerator(accelerator.device),
            aux_loss_enabled=False,
            ld_alpha=None,
            precompute_ref_logps=True,
            f_divergence_type="reverse_kl",
            loss_types=[options["loss"], *(["sft"] if self.likelihood else [])],
            beta=options["beta"],
            label_smoothing=options["label_smoothing"],
            use_weighting=False,
            _metrics=defaultdict(lambda: defaultdict(list)),
            _total_train_tokens=0,
            _tp_size=1,
        )
        fuse_head(model)

    def mean(self, model: nn.Module, share: Share, references: References) -> Tensor:
        """Mean loss of the pairs."""
        device, rows = self.accelerator.device, share.rows
        ids, present, learned = padded([row.texts[0] for row in rows] + [row.texts[1] for row in rows], device)
        chosen, rejected = torch.tensor(references, device=device).T
        inputs = {
            "input_ids": ids,
            "attention_mask": present,
            "completion_mask": learned,
            "ref_chosen_logps": chosen,
            "ref_rejected_logps": rejected,
        }
        part = part_of_mean(share, answer_tokens(rows), answer_tokens(share.micro))
        self.loss_weights = [1.0, self.likelihood * part][: len(self.loss_types)]
        self._metrics.clear()
        return self._compute_loss(model, inputs, return_outputs=False)


class KtoLoss(KTOTrainer):
    """KTO on labelled answers, each beside another row's, from which it tells how far the model has moved."""

    def __init__(self, run: Run, model: nn.Module, accelerator: Accelerator) -> None:
        options = run["objective"]
        self.reduce = accelerator.reduce
        self.__dict__.update(
            model=model,
            accelerator=bare_accelerator(accelerator.device),
            aux_loss_enabled=False,
            calculate_KL=True,
            precompute_ref_logps=True,
            loss_type="kto",
            beta=options["beta"],
            desirable_weight=options["desirable_weight"],
            undesirable_weight=options["undesirable_weight"],
            _metrics=defaultdict(lambda: defaultdict(list)),
            _total_train_tokens=0,
            _tp_size=1,
        )
        fuse_head(model)

    def mean(self, model: nn.Module, share: Share, references: References) -> Tensor:
        """Mean loss of the answers."""
        device = self.accelerator.device
        inputs = {"label": torch.tensor([row.good for row in share.rows], device=device)}
        for side, prefix in enumerate(("", "KL_")):
            ids, present, learned = padded([row.texts[side] for row in share.rows], device)
            inputs |= {f"{prefix}input_ids": ids, f"{prefix}attention_mask": present, f"{prefix}completion_mask": learned}
        inputs["ref_logps"], inputs["ref_KL_logps"] = torch.tensor(references, device=device).T
        self.share = share
        self._metrics.clear()
        return self._compute_loss(model, inputs, return_outputs=False)

    def _compute_kl_logps(self, model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        """Shifted so that their mean is that of the micro-batch, of which other processes have the rest."""
        reference = batch["ref_KL_logps"]
        moved = self.share.weight * (super()._compute_kl_logps(model, batch) - reference).sum()
        return reference + self.reduce(moved) / max(1, len(self.share.micro))


class PairBatches:
    """Pairs as CPO's and ORPO's collators make them, for a model with or without an encoder."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.has_encoder = run["model"]["auto_class"] == "AutoModelForSeq2SeqLM"
        # These trainers know no virtual tokens. The last of them predicts a text's first token: it takes the place of one.
        self.virtual_tokens = run["adapter"]["virtual_tokens"]

    def batch(self, rows: list[Row], device: torch.device) -> dict[str, Tensor]:
        batch = {}
        for side, name in enumerate(("chosen", "rejected")):
            texts = [row.texts[side] for row in rows]
            if self.has_encoder:
                prompts, answers = split_texts(texts)
                if name == "chosen":
                    ids, present, _ = padded(prompts, device)
                    batch |= {"prompt_input_ids": ids, "prompt_attention_mask": present}
                ids, _, learned = padded(answers, device)
            else:
                texts = [Text([0, *text.ids], [False, *text.learned]) if self.virtual_tokens else text for text in texts]
                ids, present, learned = padded(texts, device)
                batch |= {f"{name}_input_ids": ids, f"{name}_attention_mask": present}
            batch[f"{name}_labels"] = ids.masked_fill(learned == 0, IGNORED)
        return batch

    def model(self, model: nn.Module) -> Any:
        """The model as these trainers call it."""
        if not self.virtual_tokens or self.has_encoder:
            return model

        def with_virtual(input_ids: Tensor, attention_mask: Tensor, **others: Any) -> SimpleNamespace:
            logits = model(input_ids=input_ids[:, 1:], attention_mask=attention_mask[:, 1:], **others).logits
            return SimpleNamespace(logits=logits[:, self.virtual_tokens - 1 :])

        return with_virtual

    def options(self) -> dict[str, Any]:
        return {
            "aux_loss_enabled": False,
            "is_encoder_decoder": self.has_encoder,
            "decoder_start_token_id": self.run["model"]["decoder_start"],
            "pad_token_id": 0,
        }


class CpoLoss(CPOTrainer):
    """CPO and SimPO, which have no reference."""

    def __init__(self, run: Run, _model: nn.Module, accelerator: Accelerator) -> None:
        options = run["objective"]
        self.batches = PairBatches(run)
        self.likelihood = options["cpo_alpha"]
        self.__dict__.update(
            accelerator=bare_accelerator(accelerator.device),
            alpha=0.0,
            loss_type=options["loss"],
            beta=options["beta"],
            label_smoothing=options["label_smoothing"],
            simpo_gamma=options["simpo_gamma"],
            **self.batches.options(),
        )

    def mean(self, model: nn.Module, share: Share, _references: References) -> Tensor:
        """Mean loss of the pairs."""
        batch = self.batches.batch(share.rows, self.accelerator.device)
        self.cpo_alpha = self.likelihood * part_of_mean(share, answer_tokens(share.rows), answer_tokens(share.micro))
        return self.get_batch_loss_metrics(self.batches.model(model), batch)[0]


class OrpoLoss(ORPOTrainer):
    """ORPO: the likelihood of chosen answers, with a model without an encoder that of their prompts too, and the odds."""

    def __init__(self, run: Run, _model: nn.Module, accelerator: Accelerator) -> None:
        self.batches = PairBatches(run)
        self.__dict__.update(
            accelerator=bare_accelerator(accelerator.device),
            beta=run["objective"]["lambda"],
            padding_value=0,
            **self.batches.options(),
        )

    def mean(self, model: nn.Module, share: Share, _references: References) -> Tensor:
        """Mean loss of the pairs."""
        batch = self.batches.batch(share.rows, self.accelerator.device)
        chosen, rejected, _, _, likelihood = self.concatenated_forward(self.batches.model(model), batch)
        ratios = self.odds_ratio_loss(chosen, rejected)[0]
        part = part_of_mean(share, self.likely_tokens(share.rows), self.likely_tokens(share.micro))
        return part * likelihood - ratios.mean()

    def likely_tokens(self, rows: list[Row]) -> list[int]:
        """Tokens of each row that count in the likelihood."""
        if self.batches.has_encoder:
            return answer_tokens(rows)
        return [len(row.texts[0].ids) - (0 if self.batches.virtual_tokens else 1) for row in rows]


LOSSES = {"dpo": DpoLoss, "kto": KtoLoss, "cpo": CpoLoss, "orpo": OrpoLoss}


class AnswerObjective:
    """A loss on rows with two answers each, divided by the rows of the whole optimizer step."""

    def __init__(self, run: Run, model: nn.Module, accelerator: Accelerator) -> None:
        self.run, self.options = run, run["objective"]
        self.loss_of = LOSSES[self.options["trainer"]](run, model, accelerator)
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
        """Summed log-probabilities of both answers of each row."""
        texts = [text for row in rows for text in row.texts]
        logits, ids, learned = token_logits(self.run, model, texts, device)
        logs = logits.float().log_softmax(-1).gather(-1, ids[..., None])[..., 0]
        sums = (logs * learned).sum(1).tolist()
        return list(zip(sums[0::2], sums[1::2], strict=True))

    def loss(self, model: nn.Module, share: Share) -> Tensor:
        references = [self.references.get(id(row), (0.0, 0.0)) for row in share.rows]
        return len(share.rows) * self.loss_of.mean(model, share, references)
