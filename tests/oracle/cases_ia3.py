"""(IA)^3's golden cases."""

from __future__ import annotations

from peft import IA3Config, PeftConfig

from golden_case import TASK, Case, is_gpt2, modules, peft_case


def _default(family: str) -> PeftConfig:
    """PEFT's default layers: attention outputs, and the input of the MLP's last layer."""
    return IA3Config(task_type=TASK, fan_in_fan_out=is_gpt2(family))


def _outputs(family: str) -> PeftConfig:
    """Outputs only, of layers with biases if the family has them."""
    names = modules(family)
    targets = [names.q, names.up] if names.fused else [names.q, names.v, names.up]
    return IA3Config(
        task_type=TASK,
        target_modules=targets,
        feedforward_modules=[],
        fan_in_fan_out=is_gpt2(family),
    )


CASES: dict[str, Case] = {
    "ia3": peft_case(_default),
    "ia3_outputs": peft_case(_outputs, committed=("qwen2", "gpt2")),
}
