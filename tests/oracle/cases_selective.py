"""The golden cases of methods that train parts of the model itself."""

from __future__ import annotations

from peft import LoraConfig, PeftConfig
from peft.utils.constants import DUMMY_TARGET_MODULES
from transformers import PreTrainedModel

from golden_case import TASK, Case, peft_case
from golden_families import build_base
from plain_case import parts_case


def _has_biases(family: str) -> bool:
    return any(name.endswith(".bias") for name, _ in build_base(family).named_parameters())


def _bitfit(_family: str) -> PeftConfig:
    """BitFit in PEFT: LoRA without target layers, with all biases."""
    return LoraConfig(
        task_type=TASK, r=1, lora_alpha=1, target_modules=DUMMY_TARGET_MODULES, bias="all"
    )


LAST_LAYERS = {"num_layers": 1, "train_final_norm": True, "train_head": True}


FINAL_NORMS = (
    "model.norm.",
    "transformer.ln_f.",
    "model.decoder.final_layer_norm.",
    "decoder.final_layer_norm.",
)


def _is_last(name: str, model: PreTrainedModel) -> bool:
    """Whether it belongs to the last block (the decoder's, if there is an encoder), the norm after
    it, or the head, which is the embedding's weight if tied."""
    is_head = model.get_parameter(name) is model.get_output_embeddings().weight
    number = model.config.num_hidden_layers - 1
    last = f"decoder.block.{number}." if model.config.is_encoder_decoder else f".{number}."
    return is_head or last in name or name.startswith(FINAL_NORMS)


CASES: dict[str, Case] = {
    "bitfit": peft_case(
        _bitfit,
        trains_on=_has_biases,
        committed=("qwen2", "gpt2"),
    ),
    "full": parts_case("full", lambda _n, _m: True, {}, committed=("llama_tied",)),
    "last_layers": parts_case(
        "last-layers", _is_last, LAST_LAYERS, committed=("llama", "gpt2")
    ),
}
