"""Reads an exported offline run with W&B's own reader, checksums verified, and compares every value."""

import json
import sys
from pathlib import Path

from google.protobuf.unknown_fields import UnknownFieldSet
from wandb.proto import wandb_internal_pb2
from wandb.sdk.internal import datastore

folder = Path(sys.argv[1])
expected = json.loads((folder / "expected.json").read_text())
(path,) = folder.glob("offline-run-*/run-*.wandb")

store = datastore.DataStore()
store.open_for_scan(str(path))
records = []
while (data := store.scan_data()) is not None:
    record = wandb_internal_pb2.Record()
    record.ParseFromString(data)
    # Nothing was written that W&B does not know.
    assert len(UnknownFieldSet(record)) == 0
    records.append(record)

kinds = [record.WhichOneof("record_type") for record in records]
assert kinds[:2] == ["header", "run"] and kinds[-3:] == ["summary", "exit", "footer"], kinds
assert [record.num for record in records] == list(range(1, len(records) + 1))

run = records[1].run
assert (run.project, run.display_name, run.notes) == ("luthier", "7 · LoRA, täglich", "first")
assert path.name == f"run-{run.run_id}.wandb" and run.start_time.seconds == expected["startedAt"] // 1000
config = {item.key: json.loads(item.value_json) for item in run.config.update}
assert config["r"] == 8 and config["method"] == "lora" and config["learningRate"] == 2e-4, config

history = {}
for record in records:
    if record.WhichOneof("record_type") != "history":
        continue
    row = {item.key: json.loads(item.value_json) for item in record.history.item}
    assert row["_step"] == record.history.step.num and row["_step"] not in history
    history[row["_step"]] = row
assert list(history) == sorted(history)

names = {"loss": "train/loss", "learningRate": "train/learning_rate", "gradNorm": "train/grad_norm", "epoch": "train/epoch"}
for step in expected["steps"]:
    for key, tag in names.items():
        assert history[step["step"]][tag] == float(step[key]), (tag, step)
for point in expected["validation"]:
    assert history[point["step"]]["eval/loss"] == float(point["loss"]), point
assert sum("eval/loss" in row for row in history.values()) == len(expected["validation"])
print(f"W&B reads {len(history)} steps and {len(expected['validation'])} validations.")
