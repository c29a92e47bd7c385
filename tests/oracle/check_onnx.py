"""Runs ONNX exports of golden models in onnxruntime.

Usage: python tests/oracle/check_onnx.py DIR   (written by export-onnx.ts)

The logits of a text, in one pass and in two with the cache of the first, must equal PEFT's within
1e-4 (F32) and 2e-2 (F16) of the largest. Q4 must compute what its dequantised weights give in F32,
and these must be within one step of the F32 model's.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from safetensors.numpy import load_file

LIMITS = {"model.onnx": 1e-4, "model_fp16.onnx": 2e-2}
SPLIT = 3


def session(path: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def run(model: onnxruntime.InferenceSession, ids: np.ndarray, padding: int = 0) -> np.ndarray:
    """Logits of `ids` behind `padding` masked tokens: a first pass, then the rest with its cache."""
    ids = np.concatenate([np.zeros(padding, np.int64), ids])[None]
    mask = np.ones_like(ids)
    mask[:, :padding] = 0
    positions = np.maximum(np.cumsum(mask, axis=1) - 1, 0)
    inputs = {entry.name: entry for entry in model.get_inputs()}
    caches = {name: entry for name, entry in inputs.items() if name.startswith("past")}
    past = {
        name: np.zeros([1, entry.shape[1], 0, entry.shape[3]], np.float16 if "float16" in entry.type else np.float32)
        for name, entry in caches.items()
    }
    names = [entry.name for entry in model.get_outputs()]
    logits = []
    first = padding + SPLIT
    for start, end in ((0, first), (first, ids.shape[1])):
        feed = {"input_ids": ids[:, start:end], "attention_mask": mask[:, :end], "position_ids": positions[:, start:end]}
        outputs = dict(zip(names, model.run(names, feed | past)))
        logits.append(outputs["logits"][0])
        past = {name: outputs[name.replace("past_key_values", "present")] for name in caches}
    return np.concatenate(logits)[padding:]


def gap(actual: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(actual - expected).max() / np.abs(expected).max())


def widened(folder: Path) -> tuple[Path, float]:
    """The Q4 model with its matrices dequantised, and how far these are from the F32 model's, in steps."""
    model = onnx.load(folder / "model_q4.onnx")
    exact = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(folder / "model.onnx").graph.initializer}
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    furthest = 0.0
    for node in model.graph.node:
        if node.op_type != "MatMulNBits":
            continue
        attributes = {attribute.name: attribute.i for attribute in node.attribute}
        columns, rows = attributes["K"], attributes["N"]
        codes, scales = (numpy_helper.to_array(tensors.pop(name)) for name in node.input[1:3])
        numbers = np.stack([codes & 15, codes >> 4], axis=-1).reshape(rows, -1).astype(np.float32) - 8
        steps = np.repeat(scales.reshape(rows, -1), 32, axis=1)[:, :columns]
        weight = numbers[:, :columns] * steps
        original = exact[node.input[1].removesuffix("_Q4")]
        if (transposed := gemm_transposes(folder, node.input[1].removesuffix("_Q4"))) is False:
            original = original.T
        assert transposed is not None and original.shape == weight.shape
        furthest = max(furthest, float((np.abs(weight - original) / np.abs(steps)).max()))
        name = f"{node.output[0]}_weight"
        tensors[name] = numpy_helper.from_array(np.ascontiguousarray(weight.T), name)
        inputs = [node.input[0], name]
        del node.input[:], node.attribute[:]
        node.input.extend(inputs)
        node.op_type, node.domain = "MatMul", ""
    del model.graph.initializer[:]
    model.graph.initializer.extend(tensors.values())
    path = folder / "widened.onnx"
    onnx.save(model, path)
    return path, furthest


def gemm_transposes(folder: Path, weight: str) -> bool | None:
    """Whether the Gemm that uses a weight in the F32 model stores it as (out, in); None if there is
    none.
    """
    graph = onnx.load(folder / "model.onnx", load_external_data=False).graph
    for node in graph.node:
        if node.op_type == "Gemm" and node.input[1] == weight:
            return node.attribute[0].i == 1
    return None


def check(folder: Path) -> bool:
    expected = load_file(folder / "expected.safetensors")
    ids = expected["ids"].astype(np.int64)
    passed = True
    for name, limit in LIMITS.items():
        onnx.checker.check_model(folder / name, full_check=True)
        model = session(folder / name)
        gaps = [gap(run(model, ids, padding), expected["logits"]) for padding in (0, 2)]
        good = max(gaps) < limit
        passed &= good
        print(f"{folder.name} {name}: {gaps[0]:.1e}, padded {gaps[1]:.1e}{'' if good else ' FAILED'}")
    onnx.checker.check_model(folder / "model_q4.onnx")
    path, steps = widened(folder)
    wanted = run(session(path), ids)
    difference = gap(run(session(folder / "model_q4.onnx"), ids), wanted)
    good = difference < 1e-4 and steps < 1 + 1e-2
    print(f"{folder.name} model_q4.onnx: {difference:.1e}, weights within {steps:.2f} steps{'' if good else ' FAILED'}")
    return passed and good


def main() -> int:
    folders = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir())
    results = [check(folder) for folder in folders]
    print(f"{sum(results)} of {len(results)} ONNX models agree")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
