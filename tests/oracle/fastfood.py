"""Fastfood (Le et al. 2013, arXiv 1408.3060) as in Aghajanyan et al. 2020 (arXiv 2012.13255), in
plain PyTorch with Luthier's random numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

Words = np.ndarray


def pcg(value: int | Words) -> Words:
    """PCG's output permutation (O'Neill 2014) as a hash of 32 bits."""
    with np.errstate(over="ignore"):
        state = np.asarray(value, np.uint32) * np.uint32(747796405) + np.uint32(2891336453)
        shifted = state >> ((state >> np.uint32(28)) + np.uint32(4))
        word = (shifted ^ state) * np.uint32(277803737)
    return (word >> np.uint32(22)) ^ word


def layer_seed(seed: int, index: int) -> int:
    """Seed of the layer with this number among the targeted layers."""
    return int(pcg(np.uint32(index) ^ pcg(seed)))


@dataclass(frozen=True)
class Fastfood:
    """P: (dimension) -> (elements), linear and fixed."""

    elements: int
    bits: int
    signs: Tensor
    places: Tensor
    normals: Tensor

    def __call__(self, vector: Tensor) -> Tensor:
        """H G Π H B v, truncated, scaled to columns of about unit length."""
        length = 2**self.bits
        padded = torch.nn.functional.pad(vector, (0, length - len(vector)))
        turned = walsh_hadamard(padded * self.signs.to(vector.dtype))
        mixed = turned[self.places] * self.normals.to(vector.dtype)
        # The paper's code divides by √(L Σ G²); L is the mean of Σ G².
        return walsh_hadamard(mixed)[: self.elements] / (
            length * math.sqrt(self.elements / length)
        )


def fastfood(dimension: int, elements: int, seed: int) -> Fastfood:
    """The projection for a seed."""
    bits = max(1, math.ceil(math.log2(max(dimension, elements))))
    index = np.arange(2**bits, dtype=np.uint32)
    sign, permutation, normal = (pcg(np.uint32(part) ^ pcg(seed)) for part in range(3))
    signs = np.where(pcg(index ^ sign) < 0x80000000, 1.0, -1.0)
    halves = (2 * (pcg(index ^ normal) >> np.uint32(9)).astype(np.float64) + 1) / 2**23 - 1
    normals = math.sqrt(2) * torch.erfinv(torch.from_numpy(halves))
    places = torch.from_numpy(_permutation(index, bits, permutation).astype(np.int64))
    return Fastfood(elements, bits, torch.from_numpy(signs), places, normals)


def _permutation(index: Words, bits: int, key: Words) -> Words:
    """Four rounds of steps that are invertible within so many bits."""
    mask, shift = np.uint32(2**bits - 1), np.uint32(max(1, math.ceil(bits / 2)))
    place = index
    with np.errstate(over="ignore"):
        for turn in range(4):
            word = pcg(key + np.uint32(turn))
            place = (place ^ word) & mask
            place = (place * (pcg(word) | np.uint32(1))) & mask
            place = place ^ (place >> shift)
    return place


def walsh_hadamard(x: Tensor) -> Tensor:
    """H x, unnormalised, for 2^n numbers."""
    half = 1
    while half < len(x):
        pairs = x.view(-1, 2, half)
        x = torch.stack((pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]), 1).reshape(-1)
        half *= 2
    return x
