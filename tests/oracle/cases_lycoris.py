"""Golden cases of LoHa, LoKr and KronA. PEFT supports the first two on Linear layers only; for
Conv1D and for KronA the reference is delta_reference.py.
"""

from __future__ import annotations

from peft import LoHaConfig, LoKrConfig, PeftConfig
from transformers import PreTrainedModel

from delta_reference import HADAMARD, KRONECKER, delta_case, whole_kronecker
from golden_case import TASK, Case, is_gpt2, modules, peft_case


def _is_linear(family: str) -> bool:
    return not is_gpt2(family)


def _targets(family: str) -> list[str]:
    """The query layer, separate or fused, and the MLP's last layer."""
    return [modules(family).q, modules(family).down]


def _loha(family: str) -> PeftConfig:
    """One of the layers has its own rank and alpha."""
    return LoHaConfig(
        task_type=TASK,
        r=3,
        alpha=6,
        target_modules=_targets(family),
        rank_pattern={modules(family).down: 2},
        alpha_pattern={modules(family).down: 5},
    )


def _lokr(family: str) -> PeftConfig:
    """Both factors full, or the right one of rank r, depending on the layer's sizes."""
    return LoKrConfig(task_type=TASK, r=3, alpha=6, target_modules=_targets(family))


def _lokr_both(family: str) -> PeftConfig:
    """Both factors decomposed."""
    return LoKrConfig(
        task_type=TASK,
        r=1,
        alpha=2,
        target_modules=_targets(family),
        decompose_both=True,
        decompose_factor=4,
        init_weights="lycoris",
    )


def _conv1d(peft_type: str) -> dict[str, object]:
    return {"peft_type": peft_type, "r": 2, "alpha": 4, "target_modules": _targets("gpt2")}


def _krona(base: PreTrainedModel) -> dict[str, object]:
    return whole_kronecker(base, _targets(base.config.model_type), scale=1.5)


LINEAR = {"committed": ("llama_tied",), "trains_on": _is_linear}

CASES: dict[str, Case] = {
    "loha": peft_case(_loha, **LINEAR),
    "lokr": peft_case(_lokr, **LINEAR),
    "lokr_both": peft_case(_lokr_both, **LINEAR),
    "loha_conv1d": delta_case("loha", lambda _: _conv1d("LOHA"), HADAMARD, trains_on=is_gpt2),
    "lokr_conv1d": delta_case("lokr", lambda _: _conv1d("LOKR"), KRONECKER, trains_on=is_gpt2),
    "krona": delta_case("krona", _krona, KRONECKER),
}
