"""Writes tests/golden/preferences/ with TRL's own losses.

Usage: make_preference_goldens.py [--rest FOLDER]

By default writes what is committed; with --rest all other objectives on every adapter and family,
into a folder that tests/gpu/preferences.test.ts reads through LUTHIER_PREFERENCES. TRL is taken
from the environment of `setup.sh data`, or of LUTHIER_TRL.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

DATA = Path(os.environ.get("LUTHIER_TRL", Path.home() / ".cache/luthier/venv-data"))
sys.path.extend(str(path) for path in DATA.glob("lib/python3*/site-packages"))

import torch
from torch import Tensor, nn

from common import COMMITTED_DIR, IGNORED, be_deterministic, generator, write_json, write_tensors
from golden_batch import as_pairs, reads_pairs
from golden_case import trainable
from golden_cases import CASES
from golden_families import load_base
from trl import DPOTrainer, KTOTrainer
from trl.experimental.cpo import CPOTrainer
from trl.experimental.orpo import ORPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference
from trl.trainer.kto_trainer import DataCollatorForUnpairedPreference
from trl.trainer.utils import add_fused_lm_head

STEPS = 10
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.01
# (tokens of the prompt, of the chosen answer, of the rejected one) of the pairs of two micro-batches, which have unequal
# numbers of tokens.
PAIRS = (((3, 6, 9), (2, 1, 4)), ((5, 8, 2), (1, 4, 4)))
# (tokens of the prompt, of the answer, whether it is good) of labelled answers. With the answers of others some are cut.
LABELLED = (((3, 6, True), (2, 9, False), (6, 2, True)), ((4, 9, False), (8, 3, True), (1, 4, False)))
LENGTH = 13

OPTIONS: dict[str, dict[str, float]] = {
    "dpo": {"beta": 0.3, "sft_weight": 0.5},
    "hinge": {"beta": 0.3},
    "robust": {"beta": 0.3, "label_smoothing": 0.2},
    "ipo": {"beta": 0.3},
    "orpo": {"lambda": 0.4},
    "simpo": {"beta": 2.0, "simpo_gamma": 0.4, "label_smoothing": 0.1, "cpo_alpha": 0.0},
    "cpo": {"beta": 0.3, "label_smoothing": 0.1, "cpo_alpha": 1.0},
    "kto": {"beta": 0.3, "desirable_weight": 1.2, "undesirable_weight": 0.7},
}
DPO_LOSSES = {"dpo": "sigmoid", "hinge": "hinge", "robust": "robust", "ipo": "ipo"}
WITH_ENCODER = ("orpo", "simpo", "cpo")
"""What TRL trains encoder-decoders with."""
COMMITTED = (
    *((family, "lora", "dpo") for family in ("llama_tied", "qwen2", "gpt2")),
    *(("gpt2", "prefix", objective) for objective in OPTIONS),
    ("llama_tied", "full", "dpo"),
    ("llama_tied", "lora", "kto"),
    ("t5", "lora", "orpo"),
    ("t5", "lora", "cpo"),
)
REST = tuple(
    (family, case, objective)
    for family in ("llama_tied", "qwen2", "gpt2", "t5")
    for case in ("lora", "prefix", "full")
    for objective in (WITH_ENCODER if family == "t5" else OPTIONS)
    if (family, case, objective) not in COMMITTED
)


@dataclass(frozen=True)
class Rows:
    """A micro-batch (row, place): rows 2 p and 2 p + 1 follow one prompt. With labels, the first is labelled and the
    second is another row's answer."""

    ids: Tensor
    present: Tensor
    answers: Tensor
    good: Tensor | None = None
    batch: dict[str, Tensor] | None = None
    """What TRL's collator makes of labelled answers."""


def make_pairs(family: str, vocabulary: int) -> list[Rows]:
    shape = (len(PAIRS), 2 * len(PAIRS[0]), LENGTH)
    ids = torch.randint(1, vocabulary, shape, generator=generator(family, "pairs"))
    present, answers = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    for micro, pairs in enumerate(PAIRS):
        for pair, (prompt, *lengths) in enumerate(pairs):
            ids[micro, 2 * pair + 1, :prompt] = ids[micro, 2 * pair, :prompt]
            for answer, length in enumerate(lengths):
                row = 2 * pair + answer
                present[micro, row, : prompt + length] = 1
                answers[micro, row, prompt : prompt + length] = 1
    ids = torch.where(present == 1, ids, 0)
    return [Rows(*micro) for micro in zip(ids, present, answers, strict=True)]


def rotated(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the answer of the row before, or the last one, as KTOTrainer pairs the rows of a batch."""
    others = [examples[-1], *examples[:-1]]
    return [
        {**own, "KL_completion_ids": other["completion_ids"]}
        for own, other in zip(examples, others, strict=True)
    ]


def make_labelled(family: str, vocabulary: int) -> list[Rows]:
    made = []
    for micro, rows in enumerate(LABELLED):
        examples = []
        for row, (prompt, answer, good) in enumerate(rows):
            source = generator(family, "labelled", str(micro), str(row))
            tokens = torch.randint(1, vocabulary, (prompt + answer,), generator=source).tolist()
            parts = {"prompt_ids": tokens[:prompt], "completion_ids": tokens[prompt:]}
            examples.append({**parts, "label": good})
        collate = DataCollatorForUnpairedPreference(pad_token_id=0, max_length=LENGTH)
        batch = collate.torch_call(rotated(examples))
        names = ("input_ids", "attention_mask", "completion_mask")
        padded = [
            torch.stack([fit(batch[name]), fit(batch[f"KL_{name}"])], 1).flatten(0, 1) for name in names
        ]
        made.append(Rows(*padded, good=batch["label"], batch=batch))
    return made


def fit(rows: Tensor) -> Tensor:
    return nn.functional.pad(rows, (0, LENGTH - rows.shape[1]))


def answer_log_probs(model: nn.Module, rows: Rows) -> Tensor:
    """Summed log-probabilities of each row's answer."""
    labels = torch.where(rows.answers == 1, rows.ids, IGNORED)
    if reads_pairs(model):
        inputs = as_pairs(rows.ids, rows.present, labels)
        logits, labels = model(**inputs).logits, inputs["labels"]
    else:
        logits = model(input_ids=rows.ids, attention_mask=rows.present).logits[:, -LENGTH:][:, :-1]
        labels = labels[:, 1:]
    learned = labels != IGNORED
    logs = logits.log_softmax(-1).gather(-1, torch.where(learned, labels, 0)[..., None])[..., 0]
    return (logs * learned).sum(1)


def bare(trainer: type, **attributes: object) -> Any:
    """A trainer without a run, which computes losses."""
    same = lambda tensor: tensor
    made = trainer.__new__(trainer)
    accelerator = SimpleNamespace(device=torch.device("cpu"), gather=same, gather_for_metrics=same)
    made.__dict__.update(accelerator=accelerator, aux_loss_enabled=False, **attributes)
    return made


@dataclass(frozen=True)
class Measured:
    """Rewards of chosen and rejected answers, or of good and bad ones, each with the number they are means of; and the
    accuracy, which KTO does not measure."""

    chosen: float
    rejected: float
    accuracy: float
    counts: tuple[int, int]


def dpo_loss(objective: str, model: nn.Module, rows: Rows, reference: Tensor) -> tuple[Tensor, Measured]:
    options = OPTIONS[objective]
    weight = options.get("sft_weight", 0)
    trainer = bare(
        DPOTrainer,
        model=model,
        ld_alpha=None,
        precompute_ref_logps=True,
        f_divergence_type="reverse_kl",
        loss_types=[DPO_LOSSES[objective], *(["sft"] if weight else [])],
        loss_weights=[1.0, *([weight] if weight else [])],
        beta=options["beta"],
        label_smoothing=options.get("label_smoothing", 0),
        use_weighting=False,
        _metrics=defaultdict(lambda: defaultdict(list)),
        _total_train_tokens=0,
        _tp_size=1,
    )
    ids, present, answers = (
        torch.cat([t[0::2], t[1::2]]) for t in (rows.ids, rows.present, rows.answers)
    )
    inputs = {
        "input_ids": ids,
        "attention_mask": present,
        "completion_mask": answers,
        "ref_chosen_logps": reference[0::2],
        "ref_rejected_logps": reference[1::2],
    }
    loss = trainer._compute_loss(model, inputs, return_outputs=False)
    measured = trainer._metrics["train" if model.training else "eval"]
    return loss, pair_measures({name: values[0] for name, values in measured.items()}, rows)


def cpo_loss(objective: str, model: nn.Module, rows: Rows, _reference: Tensor) -> tuple[Tensor, Measured]:
    options = OPTIONS[objective]
    has_encoder = reads_pairs(model)
    common = {"is_encoder_decoder": has_encoder, "decoder_start_token_id": 0, "pad_token_id": 0}
    if objective == "orpo":
        trainer = bare(ORPOTrainer, padding_value=0, beta=options["lambda"], **common)
    else:
        trainer = bare(
            CPOTrainer,
            alpha=0.0,
            loss_type="simpo" if objective == "simpo" else "sigmoid",
            beta=options["beta"],
            label_smoothing=options["label_smoothing"],
            cpo_alpha=options["cpo_alpha"],
            simpo_gamma=options.get("simpo_gamma", 0),
            **common,
        )
    loss, measured = trainer.get_batch_loss_metrics(model, pair_batch(rows, has_encoder))
    return loss, pair_measures(measured, rows)


def pair_batch(rows: Rows, has_encoder: bool) -> dict[str, Tensor]:
    """Pairs as the collator of CPO and ORPO makes them."""
    labels = torch.where(rows.answers == 1, rows.ids, IGNORED)
    batch = {}
    if has_encoder:
        split = as_pairs(rows.ids, rows.present, labels)
        labels = split["labels"]
        batch = {f"prompt_{name}": split[name][0::2] for name in ("input_ids", "attention_mask")}
    for side, start in (("chosen", 0), ("rejected", 1)):
        own = slice(start, None, 2)
        batch[f"{side}_labels"] = labels[own]
        if not has_encoder:
            batch[f"{side}_input_ids"] = rows.ids[own]
            batch[f"{side}_attention_mask"] = rows.present[own]
    return batch


def pair_measures(measured: dict[str, Any], rows: Rows) -> Measured:
    values = (float(measured[f"rewards/{name}"]) for name in ("chosen", "rejected", "accuracies"))
    return Measured(*values, counts=(len(rows.ids) // 2,) * 2)


def kto_loss(objective: str, model: nn.Module, rows: Rows, reference: Tensor) -> tuple[Tensor, Measured]:
    trainer = bare(
        KTOTrainer,
        model=model,
        calculate_KL=True,
        precompute_ref_logps=True,
        loss_type="kto",
        _metrics=defaultdict(lambda: defaultdict(list)),
        _total_train_tokens=0,
        _tp_size=1,
        **OPTIONS[objective],
    )
    references = {"ref_logps": reference[0::2], "ref_KL_logps": reference[1::2]}
    loss = trainer._compute_loss(model, {**rows.batch, **references}, return_outputs=False)
    measured = trainer._metrics["train" if model.training else "eval"]
    rewards = (measured[f"rewards/{name}"][0] for name in ("chosen", "rejected"))
    good = int(rows.good.sum())
    return loss, Measured(*rewards, accuracy=float("nan"), counts=(good, len(rows.good) - good))


def mean_measures(parts: list[Measured]) -> Tensor:
    """Of all answers of a step, whose micro-batches may have unequal numbers of good and bad ones."""
    sides = []
    for side, name in enumerate(("chosen", "rejected")):
        total = sum(part.counts[side] for part in parts)
        sides.append(sum(getattr(part, name) * part.counts[side] for part in parts) / total)
    return torch.tensor([*sides, sum(part.accuracy for part in parts) / len(parts)])


def write_golden(folder: Path, family: str, case: str, objective: str) -> None:
    """Ten steps over both micro-batches, whose losses are averaged as by gradient accumulation."""
    base = load_base(family).eval()
    make = make_labelled if objective == "kto" else make_pairs
    micros = make(family, base.config.vocab_size)
    with torch.no_grad():
        references = [answer_log_probs(base, rows) for rows in micros]
    model = CASES[case].build(load_base(family), family, case).train()
    loss_of = dpo_loss if objective in DPO_LOSSES else kto_loss if objective == "kto" else cpo_loss
    if loss_of is not cpo_loss:
        fused = ("log_probs", "entropy", "mean_logits", "is_top1")
        add_fused_lm_head(model.get_base_model() if hasattr(model, "get_base_model") else model, outputs=fused)
    parameters = trainable(model)
    start = {name: p.detach().clone() for name, p in parameters.items()}
    with torch.no_grad():
        log_probs = torch.stack([answer_log_probs(model, rows) for rows in micros])
    optimizer = torch.optim.AdamW(parameters.values(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    losses, measures, gradients = [], [], {}
    for _ in range(STEPS):
        optimizer.zero_grad()
        step, measured = 0.0, []
        for rows, reference in zip(micros, references, strict=True):
            loss, own = loss_of(objective, model, rows, reference)
            (loss / len(micros)).backward()
            step += float(loss.detach()) / len(micros)
            measured.append(own)
        gradients = gradients or {name: p.grad.clone() for name, p in parameters.items()}
        losses.append(step)
        measures.append(mean_measures(measured))
        optimizer.step()
    name = f"{family}-{case}-{objective}"
    is_known = (COMMITTED_DIR / family / case).exists()
    tensors = {
        "input_ids": torch.stack([rows.ids for rows in micros]).int(),
        "attention_mask": torch.stack([rows.present for rows in micros]).int(),
        "answers": torch.stack([rows.answers for rows in micros]).int(),
        "references": torch.stack(references),
        "log_probs": log_probs,
        "losses": torch.tensor(losses),
        "measures": torch.stack(measures),
        **({"good": torch.stack([rows.good for rows in micros]).int()} if objective == "kto" else {}),
        **({} if is_known else {f"init.{parameter}": value for parameter, value in start.items()}),
        **{f"grad.{parameter}": value for parameter, value in gradients.items()},
    }
    write_tensors(folder / f"{name}.safetensors", tensors)
    training = {"learning_rate": LEARNING_RATE, "weight_decay": WEIGHT_DECAY, "steps": STEPS}
    write_json(
        folder / f"{name}.json",
        {"family": family, "case": case, "objective": objective, "options": OPTIONS[objective], **training},
    )
    print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}, measures {measures[-1].tolist()}")


def write_truncation(path: Path) -> None:
    """What TRL's collators keep of prompts and answers that are too long together."""
    lengths = ((3, 6, 9), (2, 1, 4), (7, 1, 6), (5, 8, 2))
    examples, at = [], 1
    for prompt, chosen, rejected in lengths:
        ids = list(range(at, at + prompt + chosen + rejected))
        at += len(ids)
        answers = {"chosen_ids": ids[prompt : prompt + chosen], "rejected_ids": ids[prompt + chosen :]}
        examples.append({"prompt_ids": ids[:prompt], **answers})
    labelled = [
        {"prompt_ids": own["prompt_ids"], "completion_ids": own["chosen_ids"], "label": True} for own in examples
    ]
    cases = []
    for length in (8, 10, 64):
        pairs = DataCollatorForPreference(pad_token_id=0, max_length=length).torch_call(examples)
        single = DataCollatorForUnpairedPreference(pad_token_id=0, max_length=length).torch_call(
            rotated(labelled)
        )
        kept = {"chosen": slice(0, len(examples)), "rejected": slice(len(examples), None)}
        case: dict[str, object] = {"max_length": length}
        for name, own in kept.items():
            case[name] = texts(*(pairs[key][own] for key in ("input_ids", "attention_mask", "completion_mask")))
        for name, prefix in (("labelled", ""), ("other", "KL_")):
            case[name] = texts(
                *(single[prefix + key] for key in ("input_ids", "attention_mask", "completion_mask"))
            )
        cases.append(case)
    write_json(path, {"rows": examples, "cases": cases})


def texts(ids: Tensor, present: Tensor, answers: Tensor) -> list[dict[str, object]]:
    rows = zip(ids.tolist(), present.sum(1).tolist(), answers.tolist(), strict=True)
    return [{"ids": own[:count], "answer": learned[:count]} for own, count, learned in rows]


def main() -> None:
    be_deterministic()
    if sys.argv[1:2] == ["--rest"]:
        folder, cases = Path(sys.argv[2]), REST
    else:
        folder, cases = COMMITTED_DIR / "preferences", COMMITTED
        write_truncation(folder / "truncation.json")
    for family, case, objective in cases:
        write_golden(folder, family, case, objective)


if __name__ == "__main__":
    main()
