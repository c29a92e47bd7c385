#!/usr/bin/env bash
# Usage: tests/oracle/real.sh [MODEL ...]   compares the engine on real models' GGUF files with transformers and PEFT on
# the dequantised weights: logits, losses of LoRA steps, a greedy answer; prints speed and peak memory. Then runs the
# page in Chromium with SmolLM2's file (drop, train, compare, export) and the exported adapter in PEFT. Default: every
# model of real_models.py. LUTHIER_GPU=native uses the machine's own GPU, except for the page.
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
