"""Write tests/golden/choices.json: multiple choice as lm-evaluation-harness counts it, by transformers.

Contexts and choices are token ids; a choice's length in characters is drawn, since acc_norm divides by it.

    $(tests/oracle/setup.sh) tests/oracle/make_choice_golden.py
"""

import json
import random
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

GOLDENS = Path(__file__).parent.parent / "golden"


def log_likelihood(model: torch.nn.Module, context: list[int], choice: list[int]) -> float:
    """The sum over the choice's tokens, as HFLM._loglikelihood_tokens takes it."""
    ids = torch.tensor([context + choice])
    with torch.no_grad():
        logits = torch.log_softmax(model(ids[:, :-1]).logits[0].double(), dim=-1)
    places = range(len(context) - 1, len(context) + len(choice) - 1)
    return sum(logits[place, id].item() for place, id in zip(places, choice, strict=True))


def main() -> None:
    model = AutoModelForCausalLM.from_pretrained(GOLDENS / "llama").float().eval()
    drawn = random.Random(3)
    vocabulary = model.config.vocab_size
    questions = []
    for _ in range(12):
        context = drawn.choices(range(vocabulary), k=drawn.randint(1, 9))
        choices = [drawn.choices(range(vocabulary), k=drawn.randint(1, 4)) for _ in range(4)]
        texts = ["x" * (len(choice) * 3 + drawn.randint(0, 4)) for choice in choices]
        sums = [log_likelihood(model, context, choice) for choice in choices]
        norms = [value / len(text) for value, text in zip(sums, texts, strict=True)]
        gold = drawn.randrange(4)
        questions.append({
            "context": context,
            "choices": choices,
            "texts": texts,
            "gold": gold,
            "log_likelihoods": sums,
            "acc": int(max(range(4), key=sums.__getitem__) == gold),
            "acc_norm": int(max(range(4), key=norms.__getitem__) == gold),
        })
    (GOLDENS / "choices.json").write_text(json.dumps(questions) + "\n")


if __name__ == "__main__":
    main()
