"""P-tuning's golden cases, and those of P-tuning v2's deep prompts."""

from __future__ import annotations

from peft import PeftConfig, PrefixTuningConfig, PromptEncoderConfig

from golden_case import TASK, Case, peft_case, token_dim


def _mlp(family: str) -> PeftConfig:
    return PromptEncoderConfig(
        task_type=TASK,
        num_virtual_tokens=4,
        token_dim=token_dim(family),
        encoder_reparameterization_type="MLP",
        encoder_hidden_size=20,
    )


def _lstm(family: str) -> PeftConfig:
    """Two layers, so that the second reads both directions of the first."""
    return PromptEncoderConfig(
        task_type=TASK,
        num_virtual_tokens=4,
        token_dim=token_dim(family),
        encoder_reparameterization_type="LSTM",
        encoder_hidden_size=5,
        encoder_num_layers=2,
    )


def _deep(_family: str) -> PeftConfig:
    """PEFT has no prefix dropout, so the case trains without it."""
    return PrefixTuningConfig(task_type=TASK, num_virtual_tokens=4)


CASES: dict[str, Case] = {
    "p_tuning_mlp": peft_case(_mlp, method="p-tuning", converts=True),
    "p_tuning_lstm": peft_case(_lstm, method="p-tuning", converts=True),
    "p_tuning_v2": peft_case(_deep, method="p-tuning-v2", options={"prefix_dropout": 0.0}),
}
