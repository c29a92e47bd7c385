"""The golden cases of virtual tokens and prefixes."""

from __future__ import annotations

from peft import PeftConfig, PrefixTuningConfig, PromptTuningConfig

from golden_case import TASK, Case, peft_case, token_dim

PROJECTION = {"prefix_projection": True, "encoder_hidden_size": 24}


def _prefix(_family: str) -> PeftConfig:
    return PrefixTuningConfig(task_type=TASK, num_virtual_tokens=5)


def _prefix_projection(_family: str) -> PeftConfig:
    return PrefixTuningConfig(task_type=TASK, num_virtual_tokens=3, **PROJECTION)


def _prompt(family: str) -> PeftConfig:
    return PromptTuningConfig(
        task_type=TASK,
        num_virtual_tokens=5,
        token_dim=token_dim(family),
        prompt_tuning_init="RANDOM",
    )


CASES: dict[str, Case] = {
    "prefix": peft_case(_prefix, committed=None),
    "prefix_projection": peft_case(_prefix_projection, options=PROJECTION, converts=True),
    "prompt": peft_case(_prompt, committed=None),
}
