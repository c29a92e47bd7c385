"""Reads an exported event file with TensorBoard's own reader, checksums verified, and compares every scalar."""

import json
import struct
import sys
from pathlib import Path

from tensorboard.backend.event_processing import event_accumulator

folder = Path(sys.argv[1])
expected = json.loads((folder / "expected.json").read_text())
events = event_accumulator.EventAccumulator(str(folder), size_guidance={event_accumulator.SCALARS: 0})
events.Reload()


def float32(value: str | float) -> float:
    return struct.unpack("<f", struct.pack("<f", float(value)))[0]


def check(tag: str, rows: list[dict], key: str) -> None:
    scalars = events.Scalars(tag)
    got = [(scalar.step, scalar.value) for scalar in scalars]
    want = [(row["step"], float32(row[key])) for row in rows]
    assert got == want, f"{tag}: {got[:3]} instead of {want[:3]}"


check("train/loss", expected["steps"], "loss")
check("train/learning_rate", expected["steps"], "learningRate")
check("train/grad_norm", expected["steps"], "gradNorm")
check("train/epoch", expected["steps"], "epoch")
check("eval/loss", expected["validation"], "loss")
times = [scalar.wall_time for scalar in events.Scalars("train/loss")]
assert times == [(expected["startedAt"] + row["activeMs"]) / 1000 for row in expected["steps"]]
print(f"TensorBoard reads {len(times)} steps and {len(expected['validation'])} validations.")
