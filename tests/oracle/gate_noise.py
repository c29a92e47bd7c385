"""The noise of Luthier's gates: uniform numbers hashed from the step's seed."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fastfood import pcg

MICRO_BATCHES = 2


def step_seed(passes: int) -> int:
    """Seed of a golden's pass with gradients: 0 for the first one on its own, then by step (from 1)
    and micro-batch with the run's seed 0.
    """
    if passes == 0:
        return 0
    step, micro = 1 + (passes - 1) // MICRO_BATCHES, (passes - 1) % MICRO_BATCHES
    mixed = 0x9E3779B9 * 0x85EBCA6B + step * 0xC2B2AE35 + micro * 0x27D4EB2F
    return mixed % 2**32


def gate_noise(count: int, site: int, seed: int | None) -> Tensor:
    """u for every gate, never exactly 0 or 1; one half without a seed."""
    if seed is None:
        return torch.full((count,), 0.5, dtype=torch.float64)
    key = pcg(np.uint32(site) ^ pcg(np.uint32(seed)))
    hashes = pcg(np.arange(count, dtype=np.uint32) ^ key)
    u = (hashes >> np.uint32(8)).astype(np.float64) / 2**24
    return torch.from_numpy(u).clamp(1e-4, 1 - 1e-4)
