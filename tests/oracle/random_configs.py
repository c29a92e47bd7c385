"""Awkward random configurations: config.json as spelled in files of all ages."""

from __future__ import annotations

from random import Random
from typing import Any, Callable

Config = dict[str, Any]

GELUS = ("gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python")


def maybe(rng: Random, probability: float = 0.5) -> bool:
    return rng.random() < probability


def drop_some(rng: Random, config: Config, keys: tuple[str, ...]) -> Config:
    """Omits keys with class defaults at random."""
    return {key: value for key, value in config.items() if key not in keys or maybe(rng, 0.7)}


def padding(rng: Random, vocabulary: int) -> Config:
    choice = rng.randrange(5)
    if choice == 0:
        return {}
    if choice == 1:
        return {"pad_token_id": None}
    if choice == 2:
        return {"pad_token_id": -rng.randint(1, vocabulary)}
    return {"pad_token_id": rng.randrange(vocabulary)}


def heads(rng: Random) -> tuple[int, int]:
    """Query heads and key-value heads: GQA of 1, 3, and others."""
    shared = rng.choice((1, 1, 2, 3))
    groups = rng.choice((1, 2, 3))
    return shared * groups, groups


def rope(rng: Random, max_positions: int, head_dim: int) -> Config:
    """Rotary settings in the formats of transformers 4 and 5, and both at once."""
    theta = rng.choice((50.0, 10000.0, 1e6))
    kind = rng.choice(("default", "default", "linear", "llama3", "dynamic", "yarn", "longrope"))
    settings: Config = {} if kind == "default" and maybe(rng) else {"rope_type": kind}
    if kind not in ("default", "longrope"):
        settings["factor"] = rng.choice((1.5, 4.0, 8.0))
    if kind == "yarn":
        settings |= yarn(rng)
    if kind == "longrope":
        settings |= longrope(rng, head_dim)
    if kind == "dynamic" and head_dim == 2:
        kind = "linear"  # Its formula divides by the width less two.
        settings["rope_type"] = kind
    if kind == "llama3":
        settings |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
        if maybe(rng):
            settings["original_max_position_embeddings"] = rng.choice((8, 16, max_positions))
    if settings.get("rope_type") and maybe(rng, 0.2):
        settings["type"] = settings["rope_type"] if maybe(rng) else "default"
    elif settings.get("rope_type") and maybe(rng, 0.2):
        settings["type"] = settings.pop("rope_type")
    config: Config = {}
    if maybe(rng):
        settings["rope_theta"] = theta
    if maybe(rng):
        config["rope_theta"] = rng.choice((20.0, 500000.0))
    if head_dim > 2 and maybe(rng, 0.15):
        share = rng.choice((1.0, 1.0, 0.5))
        config["partial_rotary_factor"] = 1.0 if broadcasts(kind, head_dim * share) else share
    if maybe(rng, 0.15):
        # With LongRoPE, longer texts have other positions, and the batches are of 13 tokens.
        config["original_max_position_embeddings"] = rng.choice((14 if kind == "longrope" else 12, 24))
    where = rng.choice(("rope_parameters", "rope_scaling", "both"))
    if where == "both":
        config["rope_parameters"] = {"rope_type": "linear", "factor": 3.0, "rope_theta": 77.0}
        config["rope_scaling"] = settings
    else:
        config[where] = settings if settings or maybe(rng) else None
    return config


def broadcasts(kind: str, turned: float) -> bool:
    """Whether a single frequency, or none, would meet LongRoPE's list for the whole head: PyTorch
    broadcasts it instead of raising."""
    return kind == "longrope" and turned < 3


def yarn(rng: Random) -> Config:
    settings: Config = {}
    if maybe(rng):
        settings["original_max_position_embeddings"] = rng.choice((8, 16, 64))
    if maybe(rng, 0.2):
        settings["factor"] = None
    if maybe(rng, 0.3):
        settings["attention_factor"] = rng.choice((0.8, 1.3, None))
    if maybe(rng, 0.3):
        settings |= {"beta_fast": rng.choice((4.0, 16.0)), "beta_slow": rng.choice((0.5, 2.0))}
    if maybe(rng, 0.3):
        settings |= {"mscale": rng.choice((0.7, 1.0)), "mscale_all_dim": rng.choice((0.0, 0.5, 1.0))}
    if maybe(rng, 0.3):
        settings["truncate"] = maybe(rng)
    return settings


def longrope(rng: Random, width: int) -> Config:
    pairs = (width + 1) // 2
    settings: Config = {
        "short_factor": [round(rng.uniform(0.8, 2.0), 3) for _ in range(pairs)],
        "long_factor": [round(rng.uniform(1.0, 9.0), 3) for _ in range(pairs)],
    }
    if maybe(rng):
        settings["original_max_position_embeddings"] = 16
    if maybe(rng, 0.3):
        settings["factor"] = rng.choice((1.0, 4.0))
    if maybe(rng, 0.2):
        settings["attention_factor"] = 1.2
    return settings


def llama_like(rng: Random) -> Config:
    query, groups = heads(rng)
    # Not a multiple of what kernels take at a time.
    hidden = query * rng.choice((1, 3, 5, 6, 8, 11))
    head_dim = rng.choice((2, 4, 6, 10, 12))
    positions = rng.choice((16, 33, 64))
    vocabulary = rng.choice((31, 64, 97, 131))
    config: Config = {
        "vocab_size": vocabulary,
        "hidden_size": max(hidden, 4 * query),
        "intermediate_size": rng.choice((1, 7, 12, 45)),
        "num_hidden_layers": rng.choice((1, 2, 5)),
        "num_attention_heads": query,
        "num_key_value_heads": groups,
        "head_dim": head_dim,
        "max_position_embeddings": positions,
        "rms_norm_eps": rng.choice((1e-6, 1e-5, 0.01)),
        "hidden_act": rng.choice(("silu", "silu", "swish", *GELUS)),
        "tie_word_embeddings": maybe(rng),
        **padding(rng, vocabulary),
        **rope(rng, positions, head_dim),
    }
    if query == groups and maybe(rng):
        config["num_key_value_heads"] = None
    return drop_some(rng, config, ("tie_word_embeddings", "rms_norm_eps", "hidden_act"))


def llama(rng: Random) -> Config:
    config = llama_like(rng)
    for key in ("attention_bias", "mlp_bias"):
        if maybe(rng, 0.7):
            config[key] = maybe(rng)
    width = config["hidden_size"] // config["num_attention_heads"]
    if maybe(rng, 0.2) and width % 2 == 0 and "short_factor" not in str(config):
        del config["head_dim"]
    if maybe(rng, 0.1):
        config["layer_types"] = ["sliding_attention"] * config["num_hidden_layers"]
    return config


def layer_types(rng: Random, layers: int) -> list[str]:
    return [rng.choice(("full_attention", "sliding_attention", "full_attention")) for _ in range(layers)]


def mistral(rng: Random) -> Config:
    config = llama_like(rng)
    if config["num_key_value_heads"] is None:
        config["num_key_value_heads"] = config["num_attention_heads"]
    config["sliding_window"] = rng.choice((None, 1, 3, 8))
    if maybe(rng, 0.4):
        config["layer_types"] = layer_types(rng, config["num_hidden_layers"]) if maybe(rng, 0.8) else None
    return config


def qwen(rng: Random) -> Config:
    config = llama_like(rng)
    if maybe(rng, 0.8):
        config["use_sliding_window"] = maybe(rng)
    config["sliding_window"] = rng.choice((None, 1, 4, 8))
    config["max_window_layers"] = rng.choice((0, 1, 2, 28))
    if maybe(rng, 0.3):
        config["layer_types"] = layer_types(rng, config["num_hidden_layers"])
    return config


def qwen3(rng: Random) -> Config:
    return {**qwen(rng), **({"attention_bias": maybe(rng)} if maybe(rng) else {})}


def phi3(rng: Random) -> Config:
    config = llama_like(rng)
    query, width = config["num_attention_heads"], config["head_dim"]
    for key in ("head_dim", "rope_parameters", "rope_scaling", "rope_theta", "partial_rotary_factor", "original_max_position_embeddings"):
        config.pop(key, None)
    config["hidden_size"] = query * width
    if "pad_token_id" not in config:
        config["pad_token_id"] = None
    config["sliding_window"] = rng.choice((None, None, 1, 4))
    settings: Config = {"rope_theta": rng.choice((50.0, 10000.0))} if maybe(rng) else {}
    share = rng.choice((1.0, 1.0, 0.75, 0.5))
    if maybe(rng):
        config["partial_rotary_factor"] = share
    elif maybe(rng):
        settings["partial_rotary_factor"] = share
    else:
        share = 1.0
    kind = rng.choice(("longrope", "longrope", "yarn", "default", "linear"))
    if kind in ("longrope", "yarn"):
        if int(width * share) % 2 or int(width * share) < 2:  # PyTorch would broadcast a list of one or none.
            share = 1.0
            config.pop("partial_rotary_factor", None)
            settings.pop("partial_rotary_factor", None)
        settings |= {"rope_type": kind, **longrope(rng, int(width * share) // 2 * 2), "factor": 4.0}
        config["original_max_position_embeddings"] = rng.choice((14, 16, 4096))
    elif maybe(rng):
        settings["rope_type"] = kind
    config[rng.choice(("rope_parameters", "rope_scaling"))] = settings
    return config


def smollm3(rng: Random) -> Config:
    config = llama_like(rng)
    if "pad_token_id" not in config:
        config["pad_token_id"] = None
    layers = config["num_hidden_layers"]
    if maybe(rng):
        config["no_rope_layers"] = [rng.choice((0, 1)) for _ in range(layers + rng.choice((0, 0, 2)))]
    elif maybe(rng):
        config["no_rope_layer_interval"] = rng.choice((1, 2, 3))
    if maybe(rng):
        config["use_sliding_window"] = maybe(rng, 0.7)
    config["sliding_window"] = rng.choice((None, 1, 4))
    if maybe(rng, 0.3):
        config["layer_types"] = layer_types(rng, layers)
    return {**config, **biases(rng, "attention_bias", "mlp_bias")}


def biases(rng: Random, *keys: str) -> Config:
    return {key: maybe(rng) for key in keys if maybe(rng, 0.7)}


def granite(rng: Random) -> Config:
    config = llama_like(rng) | biases(rng, "attention_bias", "mlp_bias")
    multipliers = {
        "embedding_multiplier": rng.choice((1, 12, 0.5)),
        "residual_multiplier": rng.choice((0.22, 1.0)),
        "attention_multiplier": rng.choice((0.015625, 0.5)),
        "logits_scaling": rng.choice((8, 3.0)),
    }
    return drop_some(rng, config | multipliers, tuple(multipliers))


def olmo2(rng: Random) -> Config:
    config = llama_like(rng) | biases(rng, "attention_bias")
    if "pad_token_id" not in config:
        config["pad_token_id"] = None
    return config


def starcoder2(rng: Random) -> Config:
    config = llama_like(rng) | biases(rng, "use_bias")
    for old, new in (("rms_norm_eps", "norm_epsilon"),):
        if old in config:
            config[new] = config.pop(old)
    config["hidden_act"] = rng.choice(("gelu_pytorch_tanh", "relu", *GELUS))
    if config["num_key_value_heads"] is None:
        config["num_key_value_heads"] = config["num_attention_heads"]
    config["sliding_window"] = rng.choice((None, None, 1, 5))
    return config


def gpt_neox(rng: Random) -> Config:
    count = rng.choice((1, 2, 3))
    width = rng.choice((4, 5, 8, 12))
    vocabulary = rng.choice((31, 97, 128))
    config: Config = {
        "vocab_size": vocabulary,
        "hidden_size": count * width,
        "num_hidden_layers": rng.choice((1, 2, 4)),
        "num_attention_heads": count,
        "intermediate_size": rng.choice((3, 20)),
        "hidden_act": rng.choice(("gelu", "relu", *GELUS)),
        "max_position_embeddings": rng.choice((16, 33)),
        "layer_norm_eps": rng.choice((1e-5, 0.01)),
        "use_parallel_residual": maybe(rng, 0.7),
        "rotary_pct": rng.choice((0.25, 0.5, 1.0)),
        "rotary_emb_base": rng.choice((10000, 50)),
        "tie_word_embeddings": maybe(rng, 0.3),
        **biases(rng, "attention_bias"),
        **padding(rng, vocabulary),
    }
    if maybe(rng, 0.3):
        config["rope_scaling"] = {"type": "linear", "factor": 2.0}
    elif maybe(rng, 0.3):
        config["rope_parameters"] = {"rope_type": "default", "partial_rotary_factor": 0.5, "rope_theta": 77.0}
    if width % 2 and (config["rotary_pct"] == 1.0):
        config["rotary_pct"] = 0.5
    return drop_some(rng, config, ("use_parallel_residual", "rotary_pct", "rotary_emb_base", "hidden_act"))


def gemma3(rng: Random) -> Config:
    config = llama_like(rng)
    for key in ("hidden_act", "rope_parameters", "rope_scaling", "rope_theta", "original_max_position_embeddings"):
        config.pop(key, None)
    if config["num_key_value_heads"] is None:
        config["num_key_value_heads"] = config["num_attention_heads"]
    layers = config["num_hidden_layers"]
    config |= {
        "hidden_activation": rng.choice(("gelu_pytorch_tanh", "gelu", "silu")),
        "query_pre_attn_scalar": rng.choice((4, 9, 256)),
        "sliding_window": rng.choice((1, 4, 9, 9, None)),
        "attention_bias": maybe(rng),
    }
    if maybe(rng):
        config["layer_types"] = layer_types(rng, layers)
    elif maybe(rng):
        config["sliding_window_pattern"] = rng.choice((1, 2, 3))
    if "full_attention" not in config.get("layer_types", ("full_attention",)):
        config.pop("partial_rotary_factor", None)  # Not read there, though the scaling that refuses it may be.
    if maybe(rng, 0.3):
        config["attn_logit_softcapping"] = 0.7
    config |= gemma_rope(rng)
    return drop_some(rng, config, ("hidden_activation", "attention_bias"))


VISION: Config = {
    "hidden_size": 4,
    "intermediate_size": 4,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "image_size": 4,
    "patch_size": 2,
    "num_channels": 1,
}


def gemma3_with_pictures(rng: Random) -> Config:
    text = gemma3(rng)
    config: Config = {"text_config": text, "vision_config": VISION, "mm_tokens_per_image": 1}
    if maybe(rng):
        text["model_type"] = "gemma3_text"
    if maybe(rng):
        config["tie_word_embeddings"] = maybe(rng)
    return config


def gemma_rope(rng: Random) -> Config:
    config: Config = {}
    if maybe(rng):
        config["rope_theta"] = 500.0
    if maybe(rng):
        config["rope_local_base_freq"] = 40.0
    if maybe(rng):
        full = {"rope_type": "linear", "factor": 4.0} if maybe(rng) else {}
        sliding = {"rope_type": "default"} if maybe(rng) else {}
        for settings in (full, sliding):
            if maybe(rng):
                settings["rope_theta"] = rng.choice((30.0, 7000.0))
        config["rope_parameters"] = {"full_attention": full, "sliding_attention": sliding}
    if maybe(rng, 0.4):
        config["rope_scaling"] = rng.choice((None, {"rope_type": "linear", "factor": 2.0}))
    return config


def gpt2(rng: Random) -> Config:
    count = rng.choice((1, 2, 3, 5))
    hidden = count * rng.choice((1, 4, 7, 12))
    vocabulary = rng.choice((31, 97, 128))
    config: Config = {
        "vocab_size": vocabulary,
        "n_embd": max(hidden, 4 * count),
        "n_head": count,
        "n_layer": rng.choice((1, 2, 5)),
        "n_positions": rng.choice((16, 33)),
        "n_inner": rng.choice((None, 3, 20)),
        "activation_function": rng.choice(("gelu_new", "relu", *GELUS)),
        "layer_norm_epsilon": rng.choice((1e-5, 0.01)),
        "tie_word_embeddings": maybe(rng),
        "reorder_and_upcast_attn": maybe(rng),
        **padding(rng, vocabulary),
    }
    aliases = {
        "n_embd": "hidden_size",
        "n_head": "num_attention_heads",
        "n_layer": "num_hidden_layers",
        "n_positions": "max_position_embeddings",
    }
    config = rename(rng, config, aliases)
    return drop_some(rng, config, ("tie_word_embeddings", "n_inner", "activation_function"))


def rename(rng: Random, config: Config, aliases: dict[str, str]) -> Config:
    """Some keys under aliases, and some under both names with the first one wrong."""
    named = dict(config)
    for key, alias in aliases.items():
        if key in named and maybe(rng, 0.2):
            named[alias] = named[key]
            if maybe(rng):
                named.pop(key)
            else:
                named[key] = named[key] + 1
    return named


def opt(rng: Random) -> Config:
    count = rng.choice((1, 2, 3))
    hidden = count * rng.choice((4, 5, 8))
    vocabulary = rng.choice((31, 97, 128))
    config: Config = {
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "num_hidden_layers": rng.choice((1, 2, 5)),
        "ffn_dim": rng.choice((3, 20)),
        "num_attention_heads": count,
        "max_position_embeddings": rng.choice((16, 33)),
        "do_layer_norm_before": maybe(rng),
        "_remove_final_layer_norm": maybe(rng, 0.3),
        "word_embed_proj_dim": rng.choice((None, hidden, 6)),
        "activation_function": rng.choice(("relu", "relu", *GELUS)),
        "tie_word_embeddings": maybe(rng, 0.7),
        **padding(rng, vocabulary),
    }
    keys = ("tie_word_embeddings", "do_layer_norm_before", "_remove_final_layer_norm", "activation_function", "ffn_dim")
    return drop_some(rng, config, keys)


def bloom(rng: Random) -> Config:
    count = rng.choice((1, 2, 3, 5, 6))
    hidden = count * rng.choice((2, 4, 7))
    vocabulary = rng.choice((31, 97, 128))
    config: Config = {
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "n_layer": rng.choice((1, 2, 5)),
        "n_head": count,
        "layer_norm_epsilon": rng.choice((1e-5, 0.01)),
        "tie_word_embeddings": maybe(rng, 0.7),
        "slow_but_exact": maybe(rng, 0.2),
        "pretraining_tp": 1,
        **padding(rng, vocabulary),
    }
    config = rename(rng, config, {"n_head": "num_attention_heads", "n_layer": "num_hidden_layers"})
    if maybe(rng, 0.2):
        config["n_embed"] = config["hidden_size"]
        config["hidden_size"] += 1
    return drop_some(rng, config, ("tie_word_embeddings", "layer_norm_epsilon"))


def t5_like(rng: Random) -> Config:
    count = rng.choice((1, 2, 3))
    vocabulary = rng.choice((31, 97, 128))
    config: Config = {
        "vocab_size": vocabulary,
        "d_model": rng.choice((5, 12, 16)),
        "d_kv": rng.choice((2, 3, 8)),
        "d_ff": rng.choice((3, 20)),
        "num_layers": rng.choice((1, 2, 3)),
        "num_decoder_layers": rng.choice((None, 1, 4)),
        "num_heads": count,
        "relative_attention_num_buckets": rng.choice((4, 8, 32)),
        "relative_attention_max_distance": rng.choice((17, 20, 128)),
        "layer_norm_epsilon": rng.choice((1e-6, 0.01)),
        "feed_forward_proj": rng.choice(("relu", "gated-gelu", "gated-silu", "gelu", "gated-gelu_new")),
        "decoder_start_token_id": rng.choice((0, 0, 2)),
        "pad_token_id": 0,
    }
    if maybe(rng, 0.3):
        config["tie_word_embeddings"] = maybe(rng)
    if maybe(rng, 0.3):
        gated = config["feed_forward_proj"].startswith("gated")
        config["dense_act_fn"] = rng.choice(("gelu", "gelu_new", "silu" if gated else "relu"))
    if maybe(rng, 0.1):
        config["is_gated_act"] = config["feed_forward_proj"].startswith("gated")
    keys = ("num_decoder_layers", "relative_attention_num_buckets", "layer_norm_epsilon")
    # What the others stand for depends on the form.
    form = () if "dense_act_fn" in config or "is_gated_act" in config else ("feed_forward_proj",)
    return drop_some(rng, config, (*keys, *form))


def t5(rng: Random) -> Config:
    config = t5_like(rng)
    if maybe(rng, 0.3):
        config["scale_decoder_outputs"] = maybe(rng)
    return rename(rng, config, {"d_model": "hidden_size", "d_kv": "head_dim"})


FAMILIES: dict[str, Callable[[Random], Config]] = {
    "llama": llama,
    "mistral": mistral,
    "qwen2": qwen,
    "qwen3": qwen3,
    "gemma3_text": gemma3,
    "gemma3": gemma3_with_pictures,
    "phi3": phi3,
    "smollm3": smollm3,
    "granite": granite,
    "olmo2": olmo2,
    "starcoder2": starcoder2,
    "gpt_neox": gpt_neox,
    "gpt2": gpt2,
    "opt": opt,
    "bloom": bloom,
    "t5": t5,
    "mt5": t5_like,
}


def random_config(family: str, seed: int) -> Config:
    """The configuration for a family and seed; deterministic."""
    return {"model_type": family, **FAMILIES[family](Random(f"{family} {seed}"))}
