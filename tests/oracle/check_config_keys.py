"""Checks that every key of config.json is in one of the engine's lists.

Usage: python tests/oracle/check_config_keys.py KEYS.json

For each family, the fields and aliases of its configuration class, and every name that the code of
class and model reads from a configuration or from the rest of config.json, must be listed as used,
without effect, or refused. Used keys must have the class's default, and aliases must be the
class's. Defaults of generation_config.json must be transformers'.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import json
import re
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import transformers
from transformers import GenerationConfig, PretrainedConfig
from transformers.modeling_rope_utils import RotaryEmbeddingConfigMixin

ALSO = {"MistralConfig": ("MinistralConfig",)}
"""Classes that transformers opens the same files with."""

OWN_DEFAULTS = {
    # Bases of rotary positions have a default in the code, and null stands for hidden size / heads.
    "Qwen2Config": {"head_dim"},
    # These have none in the class: the file gives them to __post_init__ by name.
    "T5Config": {"tie_word_embeddings"},
    "MistralConfig": {"layer_types"},
}


def reads(tree: ast.AST, selves: bool) -> set[str]:
    """Names that code reads from a configuration or from `kwargs`; with `selves`, `self` counts as
    one too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_config(node.value):
            names.add(node.attr)
        if not isinstance(node, ast.Call) or not node.args:
            continue
        named = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        function = node.func
        if isinstance(function, ast.Name) and function.id in ("getattr", "hasattr"):
            if is_config(node.args[0]) or (selves and is_self(node.args[0])):
                names.update(named[:1])
        if isinstance(function, ast.Attribute) and function.attr in ("pop", "get"):
            if isinstance(function.value, ast.Name) and function.value.id == "kwargs":
                names.update(named[:1])
    return names


def is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def is_config(node: ast.AST) -> bool:
    """`config`, `encoder_config`, `self.config`."""
    if isinstance(node, ast.Name):
        return node.id.endswith("config")
    return isinstance(node, ast.Attribute) and node.attr == "config" and is_self(node.value)


def parse(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def language_model(tree: ast.Module) -> ast.Module:
    """The code without vision classes, which have their own configurations."""
    body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.ClassDef) and is_multimodal(node.name))
    ]
    return ast.Module(body, [])


def is_multimodal(name: str) -> bool:
    return name in ("Gemma3Config", "Gemma3Model", "Gemma3MultiModalProjector") or "Conditional" in name and (
        name.startswith("Gemma3")
    )


def asked(cls: type[PretrainedConfig]) -> set[str]:
    """Every key that may affect a model of the class."""
    package = cls.__module__.rsplit(".", 1)[0]
    family = package.rsplit(".", 1)[1]
    modeling = importlib.import_module(f"{package}.modeling_{family}")
    code = reads(language_model(parse(modeling)), selves=False)
    for base in cls.__mro__:
        if issubclass(base, PretrainedConfig) or (has_rope(cls) and base is RotaryEmbeddingConfigMixin):
            code |= reads(setting_up(base), selves=True)
    fields = {field.name for field in dataclasses.fields(cls)}
    written = set(cls().to_dict())
    generation = set(GenerationConfig._get_default_generation_params())
    if "text_config" in fields:  # The code of its language model, which has a configuration of its own.
        inner = type(cls().text_config)
        code -= {field.name for field in dataclasses.fields(inner)} - fields
    names = code | fields | written | generation | set(cls.attribute_map)
    return {name for name in names if is_key(cls, name)}


def has_rope(cls: type[PretrainedConfig]) -> bool:
    return default_of(cls, "rope_parameters")[0]


def setting_up(cls: type) -> ast.Module:
    """The methods of a configuration class that process and validate a file's keys."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    methods = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and (node.name == "__post_init__" or re.search("validate|rope", node.name))
    ]
    return ast.Module([*methods], [])


INTERNAL = {
    "_post_init_done",
    "_rope_type_labels",
    "embed_dim",
    "is_heterogeneous",
    "mlp_layer_types",
    "sub_configs_defaults",
}
"""What only code sets or what belongs to other classes, where shared code asks for it."""


def is_key(cls: type[PretrainedConfig], name: str) -> bool:
    """Excludes methods and attributes that only code sets."""
    if name in INTERNAL or name.startswith("__"):
        return False
    return not callable(getattr(cls, name, None))


def default_of(cls: type[PretrainedConfig], name: str) -> tuple[bool, Any]:
    """Whether a field has that name, and its default."""
    for field in dataclasses.fields(cls):
        if field.name == name:
            return True, field.default
    return False, None


def check(family: str, keys: dict[str, Any]) -> list[str]:
    problems: list[str] = []
    cls = getattr(transformers, keys["className"])
    known = {name for part in ("used", "noEffect", "refused", "aliases") for name in keys[part]}
    for each in (cls, *(getattr(transformers, name) for name in ALSO.get(cls.__name__, ()))):
        for name in sorted(asked(each) - known):
            problems.append(f"{family}: {name} of {each.__name__} is in no list")
    if keys["aliases"] != dict(cls.attribute_map):
        problems.append(f"{family}: aliases are {keys['aliases']}, in the class {dict(cls.attribute_map)}")
    for name, value in keys["used"].items():
        exists, default = default_of(cls, name)
        if exists and default != value and name not in OWN_DEFAULTS.get(cls.__name__, ()):
            problems.append(f"{family}: {name} is {value} by default, in the class {default}")
    for name in set(keys["used"]) & set(keys["noEffect"]):
        problems.append(f"{family}: {name} is in two lists")
    return problems


def check_generation(keys: dict[str, Any]) -> list[str]:
    """All other keys are shown as ignored settings, so only omitted or applied ones can be wrong."""
    defaults = {name: value for name, value in GenerationConfig._get_default_generation_params().items() if value}
    known = set(GenerationConfig().to_dict()) | {"_commit_hash"}
    skipped = {*keys["used"], *keys["noEffect"]}
    expected = {name: value for name, value in defaults.items() if name not in skipped}
    named = skipped | {*keys["rules"], *keys["offered"]}
    problems = [f"generation: {name} is no key of transformers" for name in sorted(named - known)]
    if keys["defaults"] != expected:
        problems.append(f"generation: defaults are {keys['defaults']}, in transformers {expected}")
    return problems


def main(path: str) -> int:
    """Prints the faults; returns 1 if there are any."""
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    families = told["families"]
    problems = [problem for family, keys in families.items() for problem in check(family, keys)]
    problems += check_generation(told["generation"])
    print("\n".join(problems))
    total = sum(len(asked(getattr(transformers, keys["className"]))) for keys in families.values())
    print(f"{total} keys of {len(families)} families looked up, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
