#!/usr/bin/env bash
# Usage: tests/oracle/real.sh [MODEL ...]   real models' GGUF files in the engine, against transformers and PEFT on the
# widened weights: logits, losses of LoRA steps, a greedy answer; prints tokens a second and peak bytes. Then the page
# in Chromium with SmolLM2's file: drop, train, compare, export, and the exported adapter in PEFT. Without arguments,
# every model of real_models.py. LUTHIER_GPU=native computes on the machine's own GPU, but for the page.
set -euo pipefail
cd "$(dirname "$0")/../.."
export TQDM_DISABLE=1

python="$(bash tests/oracle/setup.sh)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
[[ $# -gt 0 ]] || set -- smollm2 gemma3
for name in "$@"; do
  echo "== $name"
  "$python" tests/oracle/real_reference.py "$name" "$work/$name"
  node tests/run.mjs tests/oracle/real.ts "$work/$name"
  if [[ "$name" == smollm2 ]]; then
    echo "== $name on the page"
    node tests/run.mjs tests/oracle/real-page.ts "$work/$name"
    "$python" tests/oracle/check_page.py "$name" "$work/$name"
  fi
  rm -rf "${work:?}/$name"
done
