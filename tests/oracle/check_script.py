"""Usage: check_script.py DIR [--whole]   runs the training scripts that export-script.ts wrote.

Every script has to meet the page's losses of the first steps, within 1e-3, on one process. The scenario `sft` also goes on
from the page's adapter, and its result is left for check-script-back.ts. `--whole` also runs it with Ray, and it and
preferences on two processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PYTHON = sys.executable
ACCELERATE = Path(PYTHON).with_name("accelerate")
TOLERANCE = 1e-3
ENVIRONMENT = {
    **os.environ,
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "RAY_TRAIN_V2_ENABLED": "1",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS": "0",
}
problems: list[str] = []


def run(title: str, command: list[str], folder: Path) -> bool:
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode != 0:
        problems.append(title)
        print(f"FAILED {title}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return False
    return True


def losses(folder: Path, out: str) -> list[float]:
    return json.loads((folder / out / "losses.json").read_text())["losses"]


def compare(title: str, folder: Path, out: str, tolerance: float, wanted: list[float] | None = None) -> None:
    """Compares a result's losses with the page's, or with those given."""
    expected = wanted or json.loads((folder / "run.json").read_text())["page"]["losses"]
    ours = losses(folder, out)
    pairs = list(zip(expected, ours))
    largest = max((abs(a - b) for a, b in pairs), default=float("nan"))
    passed = largest <= tolerance and len(pairs) > 0
    moved = abs(ours[-1] - ours[0])
    print(
        f"{'ok    ' if passed else 'FAILED'} {title}: {len(pairs)} losses, {ours[0]:.4f} -> {ours[-1]:.4f}, "
        f"largest difference {largest:.2e}",
        flush=True,
    )
    if not passed or moved == 0:
        problems.append(title)


def launch(*rest: str) -> list[str]:
    return [str(ACCELERATE), "launch", *rest]


def one_process(name: str, folder: Path, model: str) -> None:
    """As many steps as the page did, so that the adapters can be compared as well."""
    done = str(json.loads((folder / "run.json").read_text())["page"]["steps"])
    command = launch("--num_processes", "1", "--cpu", "train.py", "--model", model, "--cpu", "--steps", done)
    if run(f"{name}, one process", [*command, "--out", "one", "--check", str(TOLERANCE)], folder):
        compare(f"{name}, one process", folder, "one", TOLERANCE)


def two_processes(name: str, folder: Path, model: str) -> None:
    command = launch("--num_processes", "2", "--cpu", "train.py", "--model", model, "--cpu", "--steps", "20")
    if run(f"{name}, two processes", [*command, "--out", "two"], folder):
        compare(f"{name}, two processes", folder, "two", TOLERANCE)


def with_ray(name: str, folder: Path, model: str) -> None:
    command = [PYTHON, "ray_train.py", "--workers", "2", "--", "--model", model, "--steps", "20"]
    if run(f"{name}, Ray Train with two workers", [*command, "--out", str(folder / "ray-out")], folder):
        compare(f"{name}, Ray Train with two workers", folder, "ray-out", TOLERANCE)


def going_on(name: str, folder: Path, model: str) -> None:
    """From the page's adapter and moments: the steps after those that the page did, as the script alone does them."""
    common = launch("--num_processes", "1", "--cpu", "train.py", "--model", model, "--cpu")
    done = json.loads((folder / "run.json").read_text())["page"]["steps"]
    straight, resumed = f"{name}, {done + 5} steps", f"{name}, 5 steps from the page's"
    if not run(straight, [*common, "--steps", str(done + 5), "--out", "straight"], folder):
        return
    if run(resumed, [*common, "--from-page", "--steps", "5", "--out", "resumed"], folder):
        compare(resumed, folder, "resumed", TOLERANCE, losses(folder, "straight")[done:])
    if run(resumed, [*common, "--from-page", "--new-optimizer", "--steps", "5", "--out", "fresh"], folder):
        differ = max(abs(a - b) for a, b in zip(losses(folder, "fresh"), losses(folder, "resumed")))
        print(f"{'ok    ' if differ > 1e-4 else 'FAILED'} {name}: a new optimizer goes another way ({differ:.1e})")
        if differ <= 1e-4:
            problems.append("the optimizer's state has no effect")


def configurations(folder: Path) -> None:
    """Accelerate's own reader of configurations."""
    from accelerate.commands.config.config_args import load_config_from_file

    for path in sorted((folder / "accelerate").iterdir()):
        config = load_config_from_file(str(path))
        print(f"ok     {path.name}: {config.distributed_type}")


def main() -> None:
    directory = Path(sys.argv[1]).resolve()
    whole = "--whole" in sys.argv
    for scenario in sorted(path.parent for path in directory.glob("*/base.json")):
        folder = scenario / "training-script"
        model = str(Path(json.loads((scenario / "base.json").read_text())["model"]).resolve())
        one_process(scenario.name, folder, model)
        if scenario.name == "sft":
            configurations(folder)
            going_on(scenario.name, folder, model)
        if whole and scenario.name in ("sft", "dpo", "cpo", "orpo", "kto"):
            two_processes(scenario.name, folder, model)
        if whole and scenario.name == "sft":
            with_ray(scenario.name, folder, model)
    if problems:
        raise SystemExit(f"{len(problems)} failed: {problems}")


if __name__ == "__main__":
    main()
