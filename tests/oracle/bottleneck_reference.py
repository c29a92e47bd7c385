"""Bottleneck adapters and AdapterFusion in plain PyTorch, with the adapters library's formulas and
names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

NAME = "luthier"
FUNCTIONS = {"swish": nn.functional.silu, "relu": nn.functional.relu}


class Joined(nn.Module):
    """Adds to a sub-layer's output through hooks. The hooks are methods, so that a deep copy of the
    model uses its own."""

    reads_sum: bool
    """Whether it reads the residual stream with the output in it, or the output alone."""

    def __init__(self) -> None:
        super().__init__()
        self.residual: Tensor | None = None
        self.output_norm: tuple[nn.Module, ...] = ()
        """The norm that the output passes after this, where there is one; not a part of this."""

    def remember(self, _norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        """Stores the residual stream that the sub-layer's output will be added to."""
        self.residual = inputs[0]

    def join(self, _layer: nn.Module, _inputs: object, output: Tensor | tuple[Tensor, ...]):
        """Adds its contribution to the sub-layer's output."""
        y = output[0] if isinstance(output, tuple) else output
        x = y + self.residual if self.reads_sum else y
        for norm in self.output_norm if self.reads_sum else ():
            x = norm(x)
        self.residual = None
        joined = y + self.share(x)
        return (joined, *output[1:]) if isinstance(output, tuple) else joined

    def share(self, x: Tensor) -> Tensor:
        """The contribution computed from `x`."""
        raise NotImplementedError


class Bottleneck(Joined):
    """up(function(down(x))) under the library's names."""

    def __init__(self, hidden: int, config: dict[str, object]) -> None:
        super().__init__()
        width = max(1, int(hidden // config["reduction_factor"]))
        self.adapter_down = nn.Sequential(nn.Linear(hidden, width))
        self.adapter_up = nn.Linear(width, hidden)
        self.function = FUNCTIONS[config["non_linearity"]]
        self.reads_sum = config["original_ln_before"]

    def share(self, x: Tensor) -> Tensor:
        return self.adapter_up(self.function(self.adapter_down(x)))


class Fusion(Joined):
    """Attends over the outputs of several bottlenecks per token, replacing their individual
    additions."""

    def __init__(self, hidden: int, members: list[Bottleneck]) -> None:
        super().__init__()
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden, bias=False)
        self.members = members
        self.reads_sum = members[0].reads_sum

    def share(self, x: Tensor) -> Tensor:
        outputs = torch.stack([member.share(x) for member in self.members], dim=-2)
        scores = (self.query(x).unsqueeze(-2) * self.key(outputs)).sum(-1)
        return (scores.softmax(-1).unsqueeze(-1) * self.value(outputs)).sum(-2)


class Coupling(nn.Module):
    """The invertible adapter (NICE) after the embeddings, and its inverse before the head."""

    def __init__(self, hidden: int, config: dict[str, object]) -> None:
        super().__init__()
        self.first = hidden // 2
        second = hidden - self.first
        self.F = self._network(second, self.first, config)
        self.G = self._network(self.first, second, config)

    @staticmethod
    def _network(inputs: int, outputs: int, config: dict[str, object]) -> nn.Sequential:
        width = int(inputs // config["inv_adapter_reduction_factor"])
        function = {"relu": nn.ReLU, "swish": nn.SiLU}[config["non_linearity"]]
        return nn.Sequential(nn.Linear(inputs, width), function(), nn.Linear(width, outputs))

    def change_input(self, _block: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Pre-hook of the first block."""
        first, second = inputs[0][..., : self.first], inputs[0][..., self.first :]
        first = first + self.F(second)
        return torch.cat((first, second + self.G(first)), -1), *inputs[1:]

    def undo_input(self, _head: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Pre-hook of the head."""
        first, second = inputs[0][..., : self.first], inputs[0][..., self.first :]
        second = second - self.G(first)
        return torch.cat((first - self.F(second), second), -1), *inputs[1:]


@dataclass(frozen=True)
class Place:
    """Where a bottleneck is inserted: the module that holds it, the layer whose output it is added
    to, the norm before which the residual stream is taken, and the norm applied after the
    output."""

    holder: nn.Module
    layer: nn.Module
    norm: nn.Module
    output_norm: nn.Module | None = None

    def hook(self, part: Joined) -> None:
        """Registers a part's hooks on the layer."""
        if part.reads_sum:
            self.norm.register_forward_pre_hook(part.remember)
        part.output_norm = (self.output_norm,) if self.output_norm else ()
        self.layer.register_forward_hook(part.join)


def insert(
    base: PreTrainedModel, config: dict[str, object], own: str = NAME, joins: bool = True
) -> PreTrainedModel:
    """Inserts bottlenecks and, if configured, an invertible adapter; freezes everything else.
    Existing bottlenecks run first. Without `joins` they are only added for a fusion."""
    base.requires_grad_(False)
    if config["inv_adapter"] is not None:
        coupling = Coupling(base.config.hidden_size, config)
        holder = base.encoder if base.config.is_encoder_decoder else base.base_model
        holder.invertible_adapters = nn.ModuleDict({own: coupling})
        blocks(base)[0].register_forward_pre_hook(coupling.change_input)
        base.lm_head.register_forward_pre_hook(coupling.undo_input)
    for place in places(base, config):
        bottleneck = Bottleneck(base.config.hidden_size, config)
        if not hasattr(place.holder, "adapters"):
            place.holder.adapters = nn.ModuleDict()
        place.holder.adapters[own] = bottleneck
        if joins:
            place.hook(bottleneck)
    return base


def fuse(base: PreTrainedModel, config: dict[str, object], names: list[str]) -> PreTrainedModel:
    """Adds fusion layers over the existing bottlenecks, and freezes everything else."""
    base.requires_grad_(False)
    for place in places(base, config):
        members = [place.holder.adapters[own] for own in names]
        fusion = Fusion(base.config.hidden_size, members)
        place.holder.adapter_fusion_layer = nn.ModuleDict({",".join(names): fusion})
        place.hook(fusion)
    return base


def blocks(base: PreTrainedModel) -> list[nn.Module]:
    """All blocks, the encoder's first."""
    if base.config.is_encoder_decoder:
        return [*base.encoder.block, *base.decoder.block]
    return list(base.get_submodule(_BLOCKS.get(base.config.model_type, "model.layers")))


_BLOCKS = {"gpt2": "transformer.h", "bloom": "transformer.h", "opt": "model.decoder.layers"}


def places(base: PreTrainedModel, config: dict[str, object]) -> Iterator[Place]:
    """All insertion points named by a config."""
    for block in blocks(base):
        if base.config.is_encoder_decoder:
            attention, *_, mlp = block.layer
            yield Place(mlp, mlp.DenseReluDense, mlp.layer_norm)
            if config["mh_adapter"]:
                yield Place(attention, attention.SelfAttention, attention.layer_norm)
            continue
        names = _SUBLAYERS.get(base.config.model_type, _SUBLAYERS["llama"])
        attention, mlp, norm = (block.get_submodule(name) for name in names)
        after = getattr(block, "post_feedforward_layernorm", None)
        yield Place(_holder(block, "output_adapters"), mlp, norm, after)
        if config["mh_adapter"]:
            yield Place(_holder(block, "attention_adapters"), attention, norm)


_SUBLAYERS = {
    "llama": ("self_attn", "mlp", "post_attention_layernorm"),
    "gpt2": ("attn", "mlp", "ln_2"),
    "bloom": ("self_attention.dense", "mlp.dense_4h_to_h", "post_attention_layernorm"),
    "opt": ("self_attn", "fc2", "final_layer_norm"),
    "gemma3_text": ("self_attn", "mlp", "pre_feedforward_layernorm"),
}
"""What gives a block's share to the residual stream, from attention and from the feed-forward
layers, and the norm between them."""


def _holder(block: nn.Module, name: str) -> nn.Module:
    if not hasattr(block, name):
        block.add_module(name, nn.Module())
    return block.get_submodule(name)
