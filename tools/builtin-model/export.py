"""Write a checkpoint as a model folder that transformers and the page load unchanged."""

from __future__ import annotations

import argparse
import json
import os
import shutil

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from templates import END, PAD
from train import config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--tokenizer", required=True, help="folder with the tokenizer files")
    parser.add_argument("--out", required=True, help="model folder")
    options = parser.parse_args()

    os.makedirs(options.out, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(os.path.join(options.tokenizer, name), os.path.join(options.out, name))
    tokenizer = Tokenizer.from_file(os.path.join(options.out, "tokenizer.json"))
    pad, end = tokenizer.token_to_id(PAD), tokenizer.token_to_id(END)
    shape = config(tokenizer.get_vocab_size(), pad, end)
    model = LlamaForCausalLM(shape)
    model.load_state_dict(torch.load(options.checkpoint, weights_only=True)["model"])
    # The head shares the embedding, so it is not written.
    tensors = {name: value.to(torch.float16).contiguous() for name, value in model.named_parameters()}
    save_file(tensors, os.path.join(options.out, "model.safetensors"), metadata={"format": "pt"})

    fields = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        **{
            key: getattr(shape, key)
            for key in (
                "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
                "num_key_value_heads", "head_dim", "max_position_embeddings", "rms_norm_eps", "hidden_act",
                "attention_bias", "mlp_bias", "initializer_range", "tie_word_embeddings", "use_cache",
            )
        },
        "attention_dropout": 0.0,
        "rope_theta": 10_000.0,
        "bos_token_id": None,
        "eos_token_id": end,
        "pad_token_id": pad,
        "torch_dtype": "float16",
    }
    generation = {"bos_token_id": None, "eos_token_id": end, "pad_token_id": pad, "max_new_tokens": 96, "do_sample": False}
    for name, value in (("config.json", fields), ("generation_config.json", generation)):
        with open(os.path.join(options.out, name), "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
