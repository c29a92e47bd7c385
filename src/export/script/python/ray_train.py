"""The same run with Ray Train, on one machine or a cluster whose machines share this folder.

    python ray_train.py --workers 4 --gpu -- --model path/or/repository
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ray.train import RunConfig, ScalingConfig, report
from ray.train.torch import TorchTrainer

HERE = Path(__file__).resolve().parent


def work(config: dict[str, Any]) -> None:
    """What each worker does. Ray has set up the process group, which Accelerate finds."""
    sys.path.insert(0, config["folder"])
    import train

    train.main(config["arguments"], report)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--gpu", action="store_true", help="a GPU for each worker")
    parser.add_argument("--storage", type=Path, default=Path("ray"), help="folder for Ray's own files")
    parser.add_argument("rest", nargs="*", metavar="-- arguments of train.py")
    args = parser.parse_args()
    # Workers have folders of their own.
    rest = ["--out", str(Path("trained").resolve()), *args.rest, *([] if args.gpu else ["--cpu"])]
    trainer = TorchTrainer(
        work,
        train_loop_config={"folder": str(HERE), "arguments": rest},
        scaling_config=ScalingConfig(num_workers=args.workers, use_gpu=args.gpu),
        run_config=RunConfig(storage_path=str(args.storage.resolve())),
    )
    trainer.fit()


if __name__ == "__main__":
    main()
