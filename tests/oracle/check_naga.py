"""Compiles kernels with naga, the WGSL compiler of Firefox and wgpu.

Usage: python tests/oracle/check_naga.py KERNELS

KERNELS is written by naga.ts: a JSON list with the name, key, WGSL and required features of every
kernel. Each becomes a compute pipeline on wgpu's adapter, under WebGPU's guaranteed limits and with
only the required features. Compilation runs in a child process, since a panic of naga ends the
process; another child continues after the kernel that caused it.

A kernel without required features must compile. The others are listed with the reason why they were
not compiled unchanged: kernels whose feature the adapter lacks are skipped, and subgroup kernels
are compiled without `enable subgroups;` as long as naga has the functions but rejects that line.
Failing even then is a failure.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

SUBGROUPS_LINE = "enable subgroups;"
EMPTY_KERNEL = "@compute @workgroup_size(4) fn main() {}"
WGPU_NAMES = {"subgroups": "subgroup"}
"""What wgpu calls a feature, where that is not WebGPU's name."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a kernel: compiled unchanged, listed with the reason, or failed with the
    error."""

    kind: Literal["compiled", "listed", "failed"]
    reason: str = ""


def make_compiler() -> Callable[[str, list[str]], Outcome]:
    """Returns a function that compiles a kernel's WGSL with the features it requires."""
    import wgpu  # only in the child: this loads naga

    adapter = wgpu.gpu.request_adapter_sync()

    @cache
    def device(features: frozenset[str]) -> wgpu.GPUDevice:
        return adapter.request_device_sync(required_features=sorted(features))

    def error_of(code: str, features: frozenset[str]) -> str:
        try:
            module = device(features).create_shader_module(code=code)
            stage = {"module": module, "entry_point": "main"}
            device(features).create_compute_pipeline(layout="auto", compute=stage)
        except wgpu.GPUError as error:
            return str(error)
        return ""

    @cache
    def refuses_line(features: frozenset[str]) -> bool:
        return error_of(f"{SUBGROUPS_LINE}\n{EMPTY_KERNEL}", features) != ""

    def compile_kernel(code: str, requires: list[str]) -> Outcome:
        features = frozenset(WGPU_NAMES.get(name, name) for name in requires)
        if missing := features - adapter.features:
            names = ", ".join(sorted(missing))
            return Outcome("listed", f"not compiled, since the adapter has no {names}")
        without_line = "subgroups" in requires and refuses_line(features)
        error = error_of(code.replace(SUBGROUPS_LINE, "") if without_line else code, features)
        if error:
            return Outcome("failed", error)
        if without_line:
            return Outcome("listed", f"compiled without `{SUBGROUPS_LINE}`, which naga refuses")
        return Outcome("compiled")

    return compile_kernel


def compile_from(path: Path, start: int) -> None:
    """Runs in the child: compiles the kernels from `start` on. Prints each kernel's number before
    its outcome, so that the parent knows which one ended the process."""
    kernels = json.loads(path.read_text(encoding="utf-8"))
    compile_kernel = make_compiler()
    for index in range(start, len(kernels)):
        print(index, flush=True)
        outcome = compile_kernel(kernels[index]["code"], kernels[index]["requires"])
        print(json.dumps([outcome.kind, outcome.reason]), flush=True)


def why_it_ended(run: subprocess.CompletedProcess[str]) -> str:
    """The panic of a child that ended early, or its last output."""
    panic = re.search(r"panicked at .*\n.*", run.stderr)
    return panic.group() if panic else f"exit status {run.returncode}\n{run.stderr[-2000:]}"


def compile_all(path: Path, count: int) -> list[Outcome]:
    """The outcome of every kernel, using as many child processes as needed."""
    outcomes: list[Outcome] = []
    while len(outcomes) < count:
        command = [sys.executable, __file__, str(path), str(len(outcomes))]
        run = subprocess.run(command, capture_output=True, text=True)
        lines = run.stdout.splitlines()
        if not lines:
            sys.exit(f"wgpu found no adapter to compile for, or could not start.\n{why_it_ended(run)}")
        outcomes += [Outcome(*json.loads(line)) for line in lines[1::2]]
        if len(lines) % 2 == 1:
            outcomes.append(Outcome("failed", f"naga ended its process: {why_it_ended(run)}"))
    return outcomes


def main(path: Path) -> int:
    """Prints the failures, the kernels that need an optional feature, and the counts; 1 if any failed."""
    kernels = json.loads(path.read_text(encoding="utf-8"))
    outcomes = compile_all(path, len(kernels))
    listed: dict[str, Counter[str]] = {}
    for kernel, outcome in zip(kernels, outcomes, strict=True):
        if outcome.kind == "failed":
            print(f"FAIL {kernel['key']}\n     {' '.join(outcome.reason.split())[:600]}")
        elif outcome.kind == "listed":
            listed.setdefault(outcome.reason, Counter())[kernel["name"]] += 1
    for reason, names in listed.items():
        print(f"{names.total()} kernels {reason}:")
        print("  " + ", ".join(f"{name} ({number})" for name, number in names.items()))
    counts = Counter(outcome.kind for outcome in outcomes)
    print(
        f"naga: {counts['compiled']} compiled, {counts['listed']} listed as needing an optional"
        f" feature, {counts['failed']} failed"
    )
    return 1 if counts["failed"] or not counts["compiled"] else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        compile_from(Path(sys.argv[1]), int(sys.argv[2]))
    elif len(sys.argv) == 2:
        sys.exit(main(Path(sys.argv[1])))
    else:
        sys.exit(__doc__)
