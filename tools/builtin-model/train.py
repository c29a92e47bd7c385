"""Train the model from scratch, resuming from its checkpoint if there is one."""

from __future__ import annotations

import argparse
import math
import os
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from encode import Batch, batches, encode_rows
from templates import END, PAD

ROWS_PER_CHUNK = 32_768


def config(vocab_size: int, pad: int, end: int) -> LlamaConfig:
    """Small enough to tune in a minute without a GPU, wide enough for the word lists."""
    return LlamaConfig(
        vocab_size=vocab_size,
        hidden_size=160,
        intermediate_size=448,
        num_hidden_layers=5,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=512,
        rope_theta=10_000.0,
        rms_norm_eps=1e-5,
        initializer_range=0.04,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=pad,
    )


def loss_of(model: LlamaForCausalLM, batch: Batch) -> torch.Tensor:
    """Mean cross-entropy of the supervised next tokens; only they go through the head."""
    hidden = model.model(input_ids=batch.ids, use_cache=False).last_hidden_state[:, :-1]
    labels = batch.labels[:, 1:]
    wanted = labels != -100
    return F.cross_entropy(model.lm_head(hidden[wanted]).float(), labels[wanted])


def rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over 100 steps, then a cosine to one fiftieth of the peak."""
    if step < 100:
        return peak * (step + 1) / 100
    part = (step - 100) / max(1, steps - 100)
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, part))))


def optimizer_for(model: LlamaForCausalLM, peak: float) -> torch.optim.Optimizer:
    """AdamW; vectors (norm weights) and the embedding are not decayed."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.98), eps=1e-8, fused=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", required=True, help="folder with tokenizer.json")
    parser.add_argument("--out", required=True, help="checkpoint file, resumed when present")
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--tokens", type=int, default=1024, help="tokens per batch")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tokenizer = Tokenizer.from_file(os.path.join(options.tokenizer, "tokenizer.json"))
    pad, end = tokenizer.token_to_id(PAD), tokenizer.token_to_id(END)
    model = LlamaForCausalLM(config(tokenizer.get_vocab_size(), pad, end))
    optimizer = optimizer_for(model, options.rate)
    step, chunk, place, elapsed = 0, 0, 0, 0.0
    if os.path.exists(options.out):
        saved = torch.load(options.out, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, chunk, place, elapsed = saved["step"], saved["chunk"], saved["place"], saved["elapsed_s"]
    print(f"{sum(p.numel() for p in model.parameters())} parameters, step {step} of {options.steps}", flush=True)

    model.train()
    began, tokens, total = time.time() - elapsed, 0, 0.0
    while step < options.steps:
        encoded = encode_rows(tokenizer, ROWS_PER_CHUNK, options.seed * 1000 + chunk, 384)
        for batch in batches(encoded, options.tokens, options.seed * 1000 + chunk, pad)[place:]:
            for group in optimizer.param_groups:
                group["lr"] = rate(step, options.steps, options.rate)
            loss = loss_of(model, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step, place = step + 1, place + 1
            tokens, total = tokens + batch.ids.numel(), total + loss.item()
            if step % 100 == 0:
                print(f"step {step} loss {total / 100:.4f} elapsed {time.time() - began:.0f} s tokens {tokens}", flush=True)
                total = 0.0
            if step % 500 == 0 or step == options.steps:
                state = {
                    "model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step,
                    "chunk": chunk, "place": place, "elapsed_s": time.time() - began,
                }
                torch.save(state, options.out + ".part")
                os.replace(options.out + ".part", options.out)
            if step == options.steps:
                break
        chunk, place = chunk + 1, 0


if __name__ == "__main__":
    main()
