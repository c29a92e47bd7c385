"""PEFT's results on real weights.

Usage: python tests/oracle/real_reference.py MODEL OUT_DIR

MODEL is one of real_models.py. Writes OUT_DIR/model.gguf, the file itself.
OUT_DIR/reference.safetensors: prompt_ids, logits (T, V); input_ids, attention_mask, labels (row, T)
of some Alpaca rows; init.*, grad.* (first step, unclipped), after.* (two AdamW steps), losses
(before each step, and after the last), grad_norms; answer_prompt_ids, answer_ids (24, greedy).
OUT_DIR/reference.json holds the texts and the options.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from common import (
    IGNORED,
    be_deterministic,
    random_like,
    summed_loss,
    supervised_count,
    write_json,
    write_tensors,
)
from golden_case import trainable
from real_models import MODELS, RealModel, load_model, load_tokenizer
from real_rows import ROWS, frame

PROMPT = "The library opens at nine, and by ten the reading room is"
ANSWER_TOKENS = 24
MIN_LEAD = 0.01
STEPS = 2
LEARNING_RATE = 1e-4
WEIGHT_DECAY = 0.01
MAX_GRAD_NORM = 1.0
LORA = {"r": 8, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj"]}


def encode_rows(tokenizer: PreTrainedTokenizerBase, rows: list[dict[str, str]]) -> dict[str, Tensor]:
    """The rows, right-padded: Stanford prompt, answer, end token; only the last two supervised."""
    prompts = [tokenizer.encode(frame(row), add_special_tokens=False) for row in rows]
    answers = [tokenizer.encode(row["output"], add_special_tokens=False) for row in rows]
    length = max(len(p) + len(a) + 1 for p, a in zip(prompts, answers, strict=True))
    shape = (len(rows), length)
    ids = torch.full(shape, tokenizer.pad_token_id)
    mask = torch.zeros(shape, dtype=torch.long)
    labels = torch.full(shape, IGNORED)
    for row, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
        whole = torch.tensor([*prompt, *answer, tokenizer.eos_token_id])
        ids[row, : len(whole)] = whole
        mask[row, : len(whole)] = 1
        labels[row, len(prompt) : len(whole)] = whole[len(prompt) :]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def with_lora(base: PreTrainedModel) -> PeftModel:
    """The adapter with seeded values: A at PEFT's initial scale, B small but nonzero, so that both
    receive gradients in the first step."""
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", **LORA))
    for name, parameter in trainable(model).items():
        scale = 1 / (3 * parameter.shape[1]) ** 0.5 if "lora_A" in name else 0.02
        parameter.data.copy_(random_like(parameter.shape, scale, "real", name))
    return model


def batch_loss(model: PeftModel, batch: dict[str, Tensor]) -> Tensor:
    """Summed cross entropy over the supervised tokens, divided by their count."""
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return summed_loss(logits, batch["labels"]) / supervised_count(batch["labels"])


def train(model: PeftModel, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The AdamW steps, with everything worth comparing."""
    parameters = trainable(model)
    optimizer = torch.optim.AdamW(parameters.values(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    out = {f"init.{name}": p.detach().clone() for name, p in parameters.items()}
    losses: list[float] = []
    norms: list[float] = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = batch_loss(model, batch)
        loss.backward()
        if step == 0:
            out |= {f"grad.{name}": p.grad.clone() for name, p in parameters.items()}
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters.values(), MAX_GRAD_NORM)))
        losses.append(float(loss.detach()))
        optimizer.step()
    with torch.no_grad():
        losses.append(float(batch_loss(model, batch)))
    out |= {f"after.{name}": p.detach().clone() for name, p in parameters.items()}
    return out | {"losses": torch.tensor(losses), "grad_norms": torch.tensor(norms)}


def ask(real: RealModel, tokenizer: PreTrainedTokenizerBase) -> Tensor:
    """Ids of the conversation, or of the question if the model has no chat template."""
    if not real.messages:
        return torch.tensor(tokenizer.encode(real.question))
    text = tokenizer.apply_chat_template(real.messages, tokenize=False, add_generation_prompt=True)
    return torch.tensor(tokenizer.encode(text, add_special_tokens=False))


def answer(model: PreTrainedModel, prompt: Tensor) -> Tensor:
    """Greedy answer ids; raises if rounding could change a choice."""
    out = model.generate(
        input_ids=prompt[None],
        attention_mask=torch.ones_like(prompt[None]),
        do_sample=False,
        max_new_tokens=ANSWER_TOKENS,
        output_scores=True,
        return_dict_in_generate=True,
    )
    best = torch.stack(out.scores)[:, 0].topk(2).values
    lead = float((best[:, 0] - best[:, 1]).min())
    if lead < MIN_LEAD or len(out.scores) != ANSWER_TOKENS:
        raise SystemExit(
            f"choose another question: {len(out.scores)} tokens, smallest lead {lead:.1e}"
        )
    return out.sequences[0, len(prompt) :]


def describe(
    real: RealModel, tokenizer: PreTrainedTokenizerBase, tensors: dict[str, Tensor]
) -> dict[str, Any]:
    """The texts behind the ids, and the options."""
    return {
        "title": real.title,
        "prompt": PROMPT,
        "messages": real.messages,
        "question": real.question,
        "answer": tokenizer.decode(tensors["answer_ids"]),
        "losses": tensors["losses"].tolist(),
        "lora": LORA,
        "training": {
            "steps": STEPS,
            "learning_rate": LEARNING_RATE,
            "betas": [0.9, 0.999],
            "epsilon": 1e-8,
            "weight_decay": WEIGHT_DECAY,
            "max_grad_norm": MAX_GRAD_NORM,
        },
    }


def main(name: str, out: Path) -> None:
    """Runs everything in float32 on the dequantised weights."""
    be_deterministic()
    torch.set_num_threads(2)
    real = MODELS[name]
    out.mkdir(parents=True, exist_ok=True)
    real.write(out / "model.gguf")
    tokenizer = load_tokenizer(real, out / "model.gguf")
    model = load_model(out / "model.gguf")
    prompt_ids = torch.tensor(tokenizer.encode(PROMPT))
    with torch.no_grad():
        logits = model(input_ids=prompt_ids[None]).logits[0]
    answer_prompt_ids = ask(real, tokenizer)
    batch = encode_rows(tokenizer, ROWS[: real.rows])
    ids = {
        "prompt_ids": prompt_ids,
        "answer_prompt_ids": answer_prompt_ids,
        "answer_ids": answer(model, answer_prompt_ids),
    }
    tensors = {name: value.int() for name, value in (ids | batch).items()}
    tensors |= {"logits": logits} | train(with_lora(model), batch)
    write_tensors(out / "reference.safetensors", tensors)
    description = describe(real, tokenizer, tensors)
    write_json(out / "reference.json", description)
    print(f"losses {description['losses']}\nanswer {description['answer']!r}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in MODELS:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]))
