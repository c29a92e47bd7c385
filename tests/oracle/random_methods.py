"""Random adapters on random base models, with reference results.

Usage: python tests/oracle/random_methods.py OUT [--first N] [--seeds N] [method ...]

For each seed and method writes OUT/<method>-<seed>: the model (config.json, model.safetensors,
sometimes quantization.json for NF4), adapter_config.json, the results of PEFT or the plain
references (golden.safetensors, golden.json) with their rounding error (noise.json), or refused.txt
if the reference fails.
"""

from __future__ import annotations

import argparse
import copy
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import torch
from peft import IA3Config, LoHaConfig, LoKrConfig, LoraConfig
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedModel

import cases_bottleneck
import cases_said
import cases_sparse
import cases_xlora
from common import be_deterministic, random_like, relative_l2, supervised_count, write_json
from delta_reference import KRONECKER, delta_case, whole_kronecker
from golden_batch import Batch, make_batch, masked_logits, micro_loss
from golden_case import TASK, Case, modules, peft_case, trainable
from golden_training import softmax_as_it_comes
from nf4_reference import Nf4, quantise_blocks
import random_configs
from random_configs import random_config
from random_models import random_weights

# Without the wrapper of gemma3_text, whose modules have other paths; random_models.py covers it.
FAMILIES = tuple(name for name in random_configs.FAMILIES if name != "gemma3")
DECODERS = tuple(name for name in FAMILIES if name not in ("t5", "mt5"))
LINEAR = tuple(name for name in FAMILIES if name != "gpt2")


def targets(rng: Random, family: str) -> list[str]:
    names = modules(family)
    every = sorted({names.q, names.k, names.v, names.up, names.down})
    return sorted(rng.sample(every, rng.randint(1, len(every))))


def lora(rng: Random, family: str) -> Case:
    chosen = targets(rng, family)
    rank = rng.choice((1, 2, 3, 5))
    pattern = {rng.choice(chosen): rng.choice((1, 2, 4))} if rng.random() < 0.3 else {}
    options = {
        "r": rank,
        "lora_alpha": rng.choice((1, 3, 16)),
        "use_rslora": rng.random() < 0.3,
        "use_dora": rng.random() < 0.4,
        "bias": "none",
        "rank_pattern": pattern,
        "fan_in_fan_out": family == "gpt2",
    }
    return peft_case(lambda _: LoraConfig(task_type=TASK, target_modules=chosen, **options))


def loha(rng: Random, family: str) -> Case:
    chosen, rank = targets(rng, family), rng.choice((1, 2, 3))
    return peft_case(lambda _: LoHaConfig(task_type=TASK, target_modules=chosen, r=rank, alpha=rng.choice((1, 5))))


def lokr(rng: Random, family: str) -> Case:
    options = {
        "target_modules": targets(rng, family),
        "r": rng.choice((1, 2, 4)),
        "alpha": rng.choice((1, 5)),
        "decompose_both": rng.random() < 0.5,
        "decompose_factor": rng.choice((-1, 2, 3, 4)),
        "init_weights": "lycoris",
    }
    return peft_case(lambda _: LoKrConfig(task_type=TASK, **options))


def ia3(rng: Random, family: str) -> Case:
    chosen = targets(rng, family)
    inner = [name for name in chosen if rng.random() < 0.5]
    return peft_case(lambda _: IA3Config(task_type=TASK, target_modules=chosen, feedforward_modules=inner))


def krona(rng: Random, family: str) -> Case:
    chosen, scale = targets(rng, family), rng.choice((0.5, 1.0, 1.5))
    return delta_case("krona", lambda base: whole_kronecker(base, chosen, scale), KRONECKER)


def said(rng: Random, _family: str) -> Case:
    return cases_said._said_case(
        intrinsic_dimension=rng.randint(12, 70),
        structure_aware=rng.random() < 0.5,
        projection_seed=rng.randrange(1000),
    )


def houlsby(rng: Random, _family: str) -> Case:
    return cases_bottleneck._bottleneck_case(bottleneck(rng, cases_bottleneck.HOULSBY))


def pfeiffer(rng: Random, _family: str) -> Case:
    return cases_bottleneck._bottleneck_case(bottleneck(rng, cases_bottleneck.PFEIFFER))


def language(rng: Random, _family: str) -> Case:
    kind = bottleneck(rng, cases_bottleneck.LANGUAGE)
    return cases_bottleneck._bottleneck_case({**kind, "inv_adapter_reduction_factor": rng.choice((1, 2))})


def bottleneck(rng: Random, kind: dict[str, object]) -> dict[str, object]:
    return {**kind, "reduction_factor": rng.choice((1, 1.5, 2, 3, 4))}


def task(_rng: Random, _family: str) -> Case:
    return cases_bottleneck._stacked_case()


def fusion(rng: Random, family: str) -> Case:
    kind = rng.choice((cases_bottleneck.HOULSBY, cases_bottleneck.PFEIFFER))
    factors = tuple(rng.choice((1, 2, 3, 4)) for _ in range(rng.randint(2, 4)))
    return cases_bottleneck._fusion_case(kind, factors, family)


def xlora(rng: Random, _family: str) -> Case:
    options: dict[str, object] = {
        "xlora_depth": rng.randint(1, 3),
        "xlora_size": rng.choice((1, 5, 12)),
        "xlora_dropout_p": 0.0,
        "layerwise_scalings": rng.random() < 0.5,
        "softmax_temperature": rng.choice((0.7, 1.0, 2.0)),
        "scaling_pass_value": rng.choice((0.0, 0.5)),
        "global_scaling_weight": rng.choice((0.8, 1.3)),
        "enable_softmax": rng.random() < 0.7,
    }
    return cases_xlora._xlora_case(options, committed=())


def fishmask(_rng: Random, _family: str) -> Case:
    return cases_sparse._fishmask()


def diff_pruning(_rng: Random, _family: str) -> Case:
    return cases_sparse._diff_pruning()


METHODS: dict[str, tuple[Callable[[Random, str], Case], tuple[str, ...]]] = {
    "lora": (lora, tuple(FAMILIES)),
    "loha": (loha, LINEAR),
    "lokr": (lokr, LINEAR),
    "ia3": (ia3, tuple(FAMILIES)),
    "krona": (krona, tuple(FAMILIES)),
    "said": (said, tuple(FAMILIES)),
    "houlsby": (houlsby, tuple(FAMILIES)),
    "pfeiffer": (pfeiffer, tuple(FAMILIES)),
    "mad_x_language": (language, DECODERS),
    "mad_x_task": (task, DECODERS),
    "fusion": (fusion, DECODERS),
    "xlora": (xlora, tuple(name for name in DECODERS if name not in ("gpt2", "bloom"))),
    "fishmask": (fishmask, tuple(FAMILIES)),
    "diff_pruning": (diff_pruning, tuple(FAMILIES)),
}
QUANTISES = ("lora", "ia3", "houlsby", "xlora")


def base_of(folder: Path, how: Nf4 | None) -> PreTrainedModel:
    config = AutoConfig.from_pretrained(folder)
    auto = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    model = auto.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return (quantise_blocks(model, how) if how else model).eval()


COUPLES = {"mad_x_language": 4, "mad_x_task": 4}
"""Least hidden size with which the halves of an invertible adapter have a width."""


def write_base(family: str, seed: int, folder: Path, least_width: int) -> None:
    """A model that transformers accepts and that is wide enough: the first of a few
    configurations."""
    for attempt in range(20):
        config = random_config(family, 1000 * seed + attempt)
        (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
        try:
            loaded = AutoConfig.from_pretrained(folder)
            if loaded.hidden_size < least_width:
                continue
            auto = AutoModelForSeq2SeqLM if loaded.is_encoder_decoder else AutoModelForCausalLM
            model = auto.from_config(loaded, dtype=torch.float32)
            random_weights(model, family, seed)
            masked_logits(model.eval(), make_batch(f"{family} {seed}", model.config.vocab_size))
        except Exception:  # Whatever it raises, the model cannot be used.
            continue
        tensors = {name: parameter.data.clone() for name, parameter in model.named_parameters()}
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    raise SystemExit(f"transformers takes no configuration of {family} {seed}")


def write_case(method: str, seed: int, folder: Path) -> None:
    rng = Random(f"methods {method} {seed}")
    folder.mkdir(parents=True)
    draw, families = METHODS[method]
    family = rng.choice(families)
    write_base(family, seed, folder, COUPLES.get(method, 1))
    how: Nf4 | None = None
    if method in QUANTISES and rng.random() < 0.3:
        how = Nf4(rng.choice((64, 256)), rng.random() < 0.5)
        write_json(folder / "quantization.json", how.as_json())
    cases_xlora.load_base = lambda _family: base_of(folder, how)
    key = f"{method} {seed}"
    try:
        case = draw(rng, family)
        base = base_of(folder, how)
        width = base.get_input_embeddings().embedding_dim
        cases_xlora.token_dim = lambda _family: width
        model = case.build(base, family, key)
        if method == "fishmask":
            for name, parameter in trainable(model).items():
                parameter.data.copy_(random_like(parameter.shape, 0.1, key, name))
        write_answers(case, model, folder, key)
    except Exception as error:
        (folder / "refused.txt").write_text(f"{family}: {type(error).__name__}: {error}", encoding="utf-8")


def write_answers(case: Case, model: nn.Module, folder: Path, key: str) -> None:
    batch = make_batch(key, next(m.config.vocab_size for m in model.modules() if hasattr(m, "config")))
    init = {name: parameter.detach().clone() for name, parameter in trainable(model).items()}
    model.eval()  # Base models drop by default while they train.
    double = copy.deepcopy(model).double()
    for module in double.modules():  # This path is for float32 alone.
        if hasattr(module, "reorder_and_upcast_attn"):
            module.reorder_and_upcast_attn = False
    narrow = measured(model, batch)
    with softmax_as_it_comes():
        wide = measured(double, batch)
    noise = {part: apart(narrow, wide, part) for part in ("logits", "grad.")}
    with tempfile.TemporaryDirectory() as directory:
        case.save(model, Path(directory))
        config = json.loads((Path(directory) / "adapter_config.json").read_text(encoding="utf-8"))
    write_json(folder / "adapter_config.json", config)
    tensors: dict[str, Tensor] = {
        "input_ids": batch.input_ids.int(),
        "attention_mask": batch.attention_mask.int(),
        "labels": batch.labels.int(),
        **narrow,
        **{f"init.{name}": tensor for name, tensor in {**init, **case.fixed(model)}.items()},
    }
    save_file({name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}, folder / "golden.safetensors")
    write_json(
        folder / "golden.json",
        {**case.describe(model), "method": case.method, "options": dict(case.options)},
    )
    write_json(folder / "noise.json", {"logits": noise["logits"], "grad": noise["grad."]})


def measured(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    logits = masked_logits(model, batch)
    model.zero_grad()
    summed, _ = micro_loss(model, batch.input_ids[0], batch.attention_mask[0], batch.labels[0])
    (summed / supervised_count(batch.labels[0])).backward()
    return {"logits": logits, **{f"grad.{name}": p.grad for name, p in trainable(model).items()}}


def apart(narrow: dict[str, Tensor], wide: dict[str, Tensor], part: str) -> float:
    names = [name for name in narrow if name.startswith(part)]
    flat = [torch.cat([of[name].double().flatten() for name in names]).nan_to_num() for of in (narrow, wide)]
    return relative_l2(*flat)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("methods", nargs="*", default=list(METHODS))
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_intermixed_args()
    be_deterministic()
    for seed in range(args.first, args.first + args.seeds):
        for method in args.methods:
            write_case(method, seed, args.out / f"{method}-{seed}")


if __name__ == "__main__":
    main()
