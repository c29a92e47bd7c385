"""Every golden case by its name."""

from __future__ import annotations

import cases_bottleneck
import cases_ia3
import cases_lora
import cases_lycoris
import cases_p_tuning
import cases_said
import cases_selective
import cases_soft_prompts
import cases_xlora
import cases_sparse
from golden_case import Case

CASES: dict[str, Case] = {
    **cases_bottleneck.CASES,
    **cases_lora.CASES,
    **cases_p_tuning.CASES,
    **cases_said.CASES,
    **cases_selective.CASES,
    **cases_lycoris.CASES,
    **cases_ia3.CASES,
    **cases_soft_prompts.CASES,
    **cases_xlora.CASES,
    **cases_sparse.CASES,
}
