"""Compares what accepted.ts read of each file with the formats' own packages, safetensors and gguf.

Usage: python tests/fuzz/check_accepted.py DIR
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader
from safetensors import deserialize


def safetensors_tensors(path: Path) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "dtype": info["dtype"],
            "shape": list(info["shape"]),
            "sha256": hashlib.sha256(info["data"]).hexdigest(),
        }
        for name, info in deserialize(path.read_bytes())
    ]


def gguf_file(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    reader = GGUFReader(path)
    metadata = {key: plain(field.contents()) for key, field in reader.fields.items() if not key.startswith("GGUF.")}
    tensors = [
        {
            "name": tensor.name,
            "dtype": tensor.tensor_type.name,
            "shape": [int(size) for size in tensor.shape[::-1]],
            "sha256": hashlib.sha256(np.ascontiguousarray(tensor.data).tobytes()).hexdigest(),
        }
        for tensor in reader.tensors
    ]
    return metadata, tensors


def plain(value: Any) -> Any:
    if isinstance(value, (list, np.ndarray)):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, int) and not isinstance(theirs, bool) and isinstance(ours, str):
        return ours == str(theirs)  # More than a double holds.
    return type(ours) is type(theirs) and ours == theirs or (
        isinstance(ours, (int, float)) and isinstance(theirs, (int, float)) and ours == theirs
    )


def check(path: Path) -> str | None:
    ours = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
    try:
        if path.suffix == ".gguf":
            metadata, tensors = gguf_file(path)
            for key in ours["metadata"].keys() | metadata.keys():
                if not same(ours["metadata"].get(key), metadata.get(key)):
                    return f"{key} is {str(ours['metadata'].get(key))[:100]}, there {str(metadata.get(key))[:100]}"
        else:
            tensors = safetensors_tensors(path)
    except Exception as error:  # Whatever it raises, the package does not read the file.
        return f"read, where the package raises {type(error).__name__}: {str(error)[:200]}"
    by_name = lambda tensor: tensor["name"]
    if sorted(ours["tensors"], key=by_name) != sorted(tensors, key=by_name):
        return f"tensors differ: {[t for t in ours['tensors'] if t not in tensors][:2]}"
    return None


def main(directory: str) -> int:
    paths = sorted(path for path in Path(directory).iterdir() if path.suffix in (".safetensors", ".gguf"))
    problems = [(path.name, problem) for path in paths if (problem := check(path))]
    for name, problem in problems[:40]:
        print(f"{name}: {problem}")
    print(f"{len(paths)} files read, {len(problems)} of them otherwise than by the packages")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
