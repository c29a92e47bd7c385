"""Usage: make_preference_goldens.py [--rest]   writes tests/golden/preferences/ from TRL's own losses.

Writes what is committed; with --rest every other objective on every adapter and family that has a golden
(LUTHIER_GOLDENS puts them into a folder of their own). TRL comes from the environment of datasets' files, whose path is in
LUTHIER_TRL or as tests/oracle/setup.sh data makes it."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

DATA = Path(os.environ.get("LUTHIER_TRL", Path.home() / ".cache/luthier/venv-data"))
sys.path.extend(str(path) for path in DATA.glob("lib/python3*/site-packages"))

import torch
from torch import Tensor, nn

from common import GOLDEN_DIR, IGNORED, be_deterministic, generator, write_json, write_tensors
from golden_case import trainable
from golden_cases import CASES
from golden_families import load_base
from trl import DPOTrainer
from trl.experimental.cpo import CPOTrainer
from trl.trainer.utils import add_fused_lm_head

STEPS = 10
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.01
# (tokens of the prompt, of the chosen answer, of the rejected one) of the pairs of two micro-batches, which have unequal
# numbers of tokens.
PAIRS = (((3, 6, 9), (2, 1, 4)), ((5, 8, 2), (1, 4, 4)))
LENGTH = 13

OPTIONS = {
    "dpo": {"beta": 0.3, "sft_weight": 0.5},
    "hinge": {"beta": 0.3},
    "robust": {"beta": 0.3, "label_smoothing": 0.2},
    "ipo": {"beta": 0.3},
    "simpo": {"beta": 2.0, "simpo_gamma": 0.4, "label_smoothing": 0.1, "cpo_alpha": 0.0},
    "cpo": {"beta": 0.3, "label_smoothing": 0.1, "cpo_alpha": 1.0},
}
DPO_LOSSES = {"dpo": "sigmoid", "hinge": "hinge", "robust": "robust", "ipo": "ipo"}
COMMITTED = (
    *((family, "lora", "dpo") for family in ("llama_tied", "qwen2", "gpt2")),
    *(("gpt2", "prefix", objective) for objective in OPTIONS),
    ("llama_tied", "full", "dpo"),
)
REST = tuple(
    (family, case, objective)
    for family, cases in (
        ("llama_tied", ("lora", "prefix", "full")),
        ("qwen2", ("lora", "prefix")),
        ("gpt2", ("lora", "prefix")),
    )
    for case in cases
    for objective in OPTIONS
    if (family, case, objective) not in COMMITTED
)


def make_rows(family: str, vocabulary: int) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, attention mask and answers' mask (micro-batch, row, place): rows 2 p and 2 p + 1 are a pair."""
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
    return torch.where(present == 1, ids, 0), present, answers


def answer_log_probs(model: nn.Module, ids: Tensor, present: Tensor, answers: Tensor) -> Tensor:
    """Summed log-probabilities of each row's answer."""
    logits = model(input_ids=ids, attention_mask=present).logits[:, -ids.shape[1] :]
    logs = logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    return (logs * answers[:, 1:]).sum(1)


def bare_accelerator() -> SimpleNamespace:
    same = lambda tensor: tensor
    return SimpleNamespace(device=torch.device("cpu"), gather=same, gather_for_metrics=same)


def dpo_loss(objective: str, model: nn.Module, rows: tuple[Tensor, ...], reference: Tensor):
    """TRL's loss of a micro-batch, with its measures."""
    options = OPTIONS[objective]
    trainer = DPOTrainer.__new__(DPOTrainer)
    weight = options.get("sft_weight", 0)
    trainer.__dict__.update(
        model=model,
        accelerator=bare_accelerator(),
        aux_loss_enabled=False,
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
    ids, present, answers = (torch.cat([t[0::2], t[1::2]]) for t in rows)
    inputs = {
        "input_ids": ids,
        "attention_mask": present,
        "completion_mask": answers,
        "ref_chosen_logps": reference[0::2],
        "ref_rejected_logps": reference[1::2],
    }
    loss = trainer._compute_loss(model, inputs, return_outputs=False)
    measured = trainer._metrics["train" if model.training else "eval"]
    return loss, [measured[f"rewards/{name}"][0] for name in ("chosen", "rejected", "accuracies")]


def cpo_loss(objective: str, model: nn.Module, rows: tuple[Tensor, ...], _reference: Tensor):
    """TRL's loss of a micro-batch, with its measures."""
    options = OPTIONS[objective]
    trainer = CPOTrainer.__new__(CPOTrainer)
    trainer.__dict__.update(
        accelerator=bare_accelerator(),
        is_encoder_decoder=False,
        aux_loss_enabled=False,
        pad_token_id=0,
        alpha=0.0,
        loss_type="simpo" if objective == "simpo" else "sigmoid",
        beta=options["beta"],
        label_smoothing=options["label_smoothing"],
        cpo_alpha=options["cpo_alpha"],
        simpo_gamma=options.get("simpo_gamma", 0),
    )
    ids, present, answers = rows
    batch = {}
    for side, start in (("chosen", 0), ("rejected", 1)):
        own = slice(start, None, 2)
        batch[f"{side}_input_ids"] = ids[own]
        batch[f"{side}_attention_mask"] = present[own]
        batch[f"{side}_labels"] = torch.where(answers[own] == 1, ids[own], IGNORED)
    loss, measured = trainer.get_batch_loss_metrics(model, batch)
    return loss, [measured[f"rewards/{name}"] for name in ("chosen", "rejected", "accuracies")]


def write_golden(family: str, case: str, objective: str) -> None:
    """Ten steps over both micro-batches, whose losses are averaged as by gradient accumulation."""
    base = load_base(family).eval()
    ids, present, answers = make_rows(family, base.config.vocab_size)
    micros = list(zip(ids, present, answers, strict=True))
    with torch.no_grad():
        references = [answer_log_probs(base, *rows) for rows in micros]
    model = CASES[case].build(load_base(family), family, case).train()
    loss_of = dpo_loss if objective in DPO_LOSSES else cpo_loss
    if loss_of is dpo_loss:
        fused = ("log_probs", "entropy", "mean_logits", "is_top1")
        add_fused_lm_head(model.get_base_model() if hasattr(model, "get_base_model") else model, outputs=fused)
    parameters = trainable(model)
    with torch.no_grad():
        log_probs = torch.stack([answer_log_probs(model, *rows) for rows in micros])
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
        measures.append(torch.tensor(measured).mean(0))
        optimizer.step()
    name = f"{family}-{case}-{objective}"
    tensors = {
        "input_ids": ids.int(),
        "attention_mask": present.int(),
        "answers": answers.int(),
        "references": torch.stack(references),
        "log_probs": log_probs,
        "losses": torch.tensor(losses),
        "measures": torch.stack(measures),
        **{f"grad.{parameter}": value for parameter, value in gradients.items()},
    }
    folder = GOLDEN_DIR / "preferences"
    write_tensors(folder / f"{name}.safetensors", tensors)
    training = {"learning_rate": LEARNING_RATE, "weight_decay": WEIGHT_DECAY, "steps": STEPS}
    write_json(
        folder / f"{name}.json",
        {"family": family, "case": case, "objective": objective, "options": OPTIONS[objective], **training},
    )
    print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}, measures {measures[-1].tolist()}")


def main() -> None:
    be_deterministic()
    for family, case, objective in REST if "--rest" in sys.argv else COMMITTED:
        write_golden(family, case, objective)


if __name__ == "__main__":
    main()
