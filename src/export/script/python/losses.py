"""The loss of a run that learns tokens, and the logits that all losses start from."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from run_data import Row, Run, Share, Text


def right_padded(rows: list[list[Any]], device: torch.device) -> Tensor:
    length = max(len(row) for row in rows)
    return torch.tensor([row + [0] * (length - len(row)) for row in rows], device=device)


def token_logits(run: Run, model: nn.Module, texts: list[Text], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Logits at each token of the texts that predict it, the tokens, and which of them are learned."""
    if run["model"]["auto_class"] == "AutoModelForSeq2SeqLM":
        return answer_logits(run, model, texts, device)
    ids = right_padded([text.ids for text in texts], device)
    present = right_padded([[1] * len(text.ids) for text in texts], device)
    learned = right_padded([text.learned for text in texts], device).bool()
    logits = model(input_ids=ids, attention_mask=present, use_cache=False).logits
    # With virtual tokens before the text, the last of them predicts the first token.
    before = logits.shape[1] - ids.shape[1]
    if before > 0:
        return logits[:, before - 1 : -1], ids, learned
    return logits[:, :-1], ids[:, 1:], learned[:, 1:]


def answer_logits(run: Run, model: nn.Module, texts: list[Text], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """For encoder-decoders."""
    prompts, answers = split_texts(texts)
    start = run["model"]["decoder_start"]
    ids = right_padded([answer.ids for answer in answers], device)
    logits = model(
        input_ids=right_padded([prompt.ids for prompt in prompts], device),
        attention_mask=right_padded([[1] * len(prompt.ids) for prompt in prompts], device),
        decoder_input_ids=right_padded([[start, *answer.ids[:-1]] for answer in answers], device),
        use_cache=False,
    ).logits
    return logits[:, -ids.shape[1] :], ids, right_padded([answer.learned for answer in answers], device).bool()


def split_texts(texts: list[Text]) -> tuple[list[Text], list[Text]]:
    """What the encoder reads of each text, all before the first learned token, and what the decoder writes."""
    starts = [text.learned.index(True) if True in text.learned else len(text.ids) - 1 for text in texts]
    prompts = [Text(text.ids[:start], text.learned[:start]) for text, start in zip(texts, starts, strict=True)]
    answers = [Text(text.ids[start:], text.learned[start:]) for text, start in zip(texts, starts, strict=True)]
    return prompts, answers


def token_loss(run: Run, model: nn.Module, texts: list[Text], device: torch.device) -> Tensor:
    """Summed cross entropy of the learned tokens."""
    logits, ids, learned = token_logits(run, model, texts, device)
    return functional.cross_entropy(logits[learned].float(), ids[learned], reduction="sum")


def learned_tokens(run: Run, text: Text) -> int:
    """Learned tokens that something predicts."""
    first = 0 if run["adapter"]["virtual_tokens"] or run["model"]["auto_class"] == "AutoModelForSeq2SeqLM" else 1
    return sum(text.learned[first:])


class TokenObjective:
    """Cross entropy, divided by the learned tokens of the whole optimizer step."""

    def __init__(self, run: Run, device: torch.device) -> None:
        self.run, self.device = run, device

    def prepare(self, _model: nn.Module, _accelerator: Any) -> None:
        """Nothing is compared with."""

    def weigh(self, rows: list[Row]) -> int:
        return sum(learned_tokens(self.run, text) for row in rows for text in row.texts)

    def loss(self, model: nn.Module, share: Share) -> Tensor:
        return token_loss(self.run, model, [text for row in share.rows for text in row.texts], self.device)
