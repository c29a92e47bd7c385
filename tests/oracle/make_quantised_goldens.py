"""Quantised bytes and the values they encode.

Usage: python tests/oracle/make_quantised_goldens.py [OUT_DIR]

blocks.safetensors: for each GGUF type some blocks as stored (`Q4_K.bytes`) and their float32 values
by the gguf package (`Q4_K.values`). written.safetensors: numbers (`values`) and the bytes to which
the gguf package quantises them, by type. nf4.safetensors, nf4_double.safetensors and the same with
blocks of 256 (nf4_256): a float16 matrix (`original`), bitsandbytes' quantisation of it
(`linear.weight`, `linear.weight.absmax`, ..., named as in its checkpoints), and the first and last
dequantised values (`head`, `tail`).

Requires bitsandbytes 0.50.2, which no other script needs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bitsandbytes.functional as bnb
import numpy as np
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize, quantize
from safetensors.torch import save_file
from torch import Tensor

TYPES = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K")
LATER = ("Q2_K", "Q3_K", "IQ4_NL", "IQ4_XS", "MXFP4")
# Bytes of a block's float16 scales: arbitrary bytes there would be infinities and NaN.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0]}
K_SCALES = {
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
    "IQ4_NL": [0],
    "IQ4_XS": [0],
    "MXFP4": [],  # Its scale is an exponent in a byte.
}
# More than one group of 256 scales, and a last block that is not whole.
SHAPE = (67, 250)
SHOWN = 600


def random_blocks(name: str, rng: np.random.Generator) -> np.ndarray:
    """Five blocks of arbitrary bytes; the scale of the last is a subnormal float16."""
    _, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    blocks = rng.integers(0, 256, (5, size), dtype=np.uint8)
    for at in (SCALES | K_SCALES)[name]:
        scales = rng.normal(0, 0.01, 5).astype(np.float16)
        scales[-1] = np.float16(3e-5)
        blocks[:, at : at + 2] = scales.view(np.uint8).reshape(5, 2)
    return blocks


def write_blocks(path: Path) -> None:
    rng = np.random.default_rng(0)
    tensors: dict[str, Tensor] = {}
    for name in (*TYPES, *LATER):
        blocks = random_blocks(name, rng)
        if name == "MXFP4":
            blocks[:, 0] = (0, 1, 2, 121, 252)  # Subnormal, and the largest that is finite.
        values = dequantize(blocks, GGMLQuantizationType[name])
        tensors[f"{name}.bytes"] = torch.from_numpy(blocks.reshape(-1))
        tensors[f"{name}.values"] = torch.from_numpy(values.reshape(-1).copy())
    save_file(tensors, path)


WRITTEN = ("Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0")


def write_written(path: Path) -> None:
    """Typical blocks, and edge cases: zeros, a single value, ties, subnormals, outliers."""
    rng = np.random.default_rng(7)
    values = rng.normal(0, 0.05, (24, 32)).astype(np.float32)
    values[8:16] = values[8:16].astype(np.float16)
    values[16] = 0
    values[17] = 0.25
    values[18] = np.arange(-16, 16) / 32
    values[19] = np.where(np.arange(32) % 2 == 0, -0.125, 0.125)
    values[20] *= np.float32(1e-6)
    values[21, 5] = -40
    values[22] = np.abs(values[22])
    values[23, :16] = 0
    tensors = {"values": torch.from_numpy(values.copy())}
    for name in WRITTEN:
        stored = quantize(values, GGMLQuantizationType[name])
        tensors[f"{name}.bytes"] = torch.from_numpy(stored.reshape(-1).copy())
    save_file(tensors, path)


def write_nf4(path: Path, double: bool, blocksize: int = 64) -> None:
    torch.manual_seed(1)
    original = (torch.randn(SHAPE) * 0.03).half()
    original.view(-1)[64:128] = 0
    original.view(-1)[130] = 0.75
    codes, state = bnb.quantize_4bit(
        original, blocksize=blocksize, quant_type="nf4", compress_statistics=double
    )
    # In float32, as the page computes; checkpoints widen to the type of the original.
    state.dtype = torch.float32
    numbers = bnb.dequantize_4bit(codes, state).reshape(-1)
    state.dtype = original.dtype
    parts = {f"linear.weight.{key}": value for key, value in state.as_dict(packed=True).items()}
    ends = {"head": numbers[:SHOWN].clone(), "tail": numbers[-SHOWN:].clone()}
    save_file({"original": original, "linear.weight": codes, **parts, **ends}, path)


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_blocks(out / "blocks.safetensors")
    write_written(out / "written.safetensors")
    write_nf4(out / "nf4.safetensors", double=False)
    write_nf4(out / "nf4_double.safetensors", double=True)
    write_nf4(out / "nf4_256.safetensors", double=False, blocksize=256)
    write_nf4(out / "nf4_256_double.safetensors", double=True, blocksize=256)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("tests/golden/quantised"))
