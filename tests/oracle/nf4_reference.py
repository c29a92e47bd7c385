"""bitsandbytes' NF4 quantisation and dequantisation in plain PyTorch, checked against its
output."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from safetensors import safe_open
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from common import COMMITTED_DIR, relative_l2

NESTED = 256
FILES = {
    "nf4": (64, False),
    "nf4_double": (64, True),
    "nf4_256": (256, False),
    "nf4_256_double": (256, True),
}
"""What bitsandbytes wrote: block size, and whether the scales are quantised too."""


@dataclass(frozen=True)
class Nf4:
    """Quantisation settings of the blocks' linear layers."""

    block_size: int
    double: bool

    def as_json(self) -> dict[str, object]:
        """The same in the studio's format."""
        return {
            "type": "nf4",
            "blockSize": self.block_size,
            "doubleQuantization": self.double,
        }


CODES = torch.tensor(
    [
        -1.0,
        -0.6961928009986877,
        -0.5250730514526367,
        -0.39491748809814453,
        -0.28444138169288635,
        -0.18477343022823334,
        -0.09105003625154495,
        0.0,
        0.07958029955625534,
        0.16093020141124725,
        0.24611230194568634,
        0.33791524171829224,
        0.44070982933044434,
        0.5626170039176941,
        0.7229568362236023,
        1.0,
    ]
)


def _dynamic_codes() -> Tensor:
    """The signed dynamic map: midpoints of 2^e equal steps of [0.1, 1], times 10^(e - 6), with both
    signs, and 0 and 1.
    """
    values = [0.0, 1.0]
    for exponent in range(7):
        edges = torch.linspace(0.1, 1, 2**exponent + 1, dtype=torch.float64)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (exponent - 6)
        values += [*middles.tolist(), *(-middles).tolist()]
    return torch.tensor(sorted(values), dtype=torch.float32)


def _nearest(values: Tensor, codes: Tensor) -> Tensor:
    """The nearest code of each value; the lower one on ties."""
    middles = (codes[:-1].double() + codes[1:].double()) / 2
    return codes[torch.searchsorted(middles, values.double())]


def _blocks(values: Tensor, size: int) -> Tensor:
    missing = -len(values) % size
    return nn.functional.pad(values, (0, missing)).reshape(-1, size)


def _divided(values: Tensor, scales: Tensor) -> Tensor:
    return torch.where(scales == 0, 0, values / torch.where(scales == 0, 1, scales))


def nf4_values(weight: Tensor, how: Nf4) -> Tensor:
    """A matrix (out, in) after a round trip through NF4."""
    blocks = _blocks(weight.float().flatten(), how.block_size)
    scales = blocks.abs().amax(dim=1)
    codes = _nearest(_divided(blocks, scales[:, None]), CODES)
    if how.double:
        offset = scales.mean()
        centred = _blocks(scales - offset, NESTED)
        nested = centred.abs().amax(dim=1)
        steps = _nearest(_divided(centred, nested[:, None]), _dynamic_codes())
        scales = (steps * nested[:, None]).flatten()[: len(scales)] + offset
    return (codes * scales[:, None]).flatten()[: weight.numel()].reshape(weight.shape)


def quantise_blocks(model: PreTrainedModel, how: Nf4) -> PreTrainedModel:
    """The model with its blocks' linear layers dequantised from NF4; a Conv1D is quantised as (out,
    in), as in bitsandbytes. Embeddings and head are unchanged.
    """
    for name, module in model.named_modules():
        if name.endswith("lm_head"):
            continue
        if isinstance(module, Conv1D):
            module.weight.data = nf4_values(module.weight.data.T.contiguous(), how).T.contiguous()
        elif isinstance(module, nn.Linear):
            module.weight.data = nf4_values(module.weight.data, how)
    return model


def check_reference() -> None:
    """Checks this file against bitsandbytes' output, bit for bit."""
    for name, (block_size, double) in FILES.items():
        with safe_open(COMMITTED_DIR / "quantised" / f"{name}.safetensors", "pt") as file:
            original = file.get_tensor("original")
            ends = torch.cat([file.get_tensor("head"), file.get_tensor("tail")])
            shown = len(file.get_tensor("head"))
        ours = nf4_values(original, Nf4(block_size, double)).flatten()
        gap = relative_l2(torch.cat([ours[:shown], ours[-shown:]]), ends)
        if gap > 0:
            raise SystemExit(f"nf4_reference.py differs from bitsandbytes' {name} by {gap:.1e}")
