#!/usr/bin/env bash
# Usage: tests/oracle/random-models.sh [--first N] [--seeds N] [family ...]   compares models of awkward configurations,
# one per family and seed, with PyTorch: logits, gradients of all tensors, refusals. Prints the config.json of those
# that differ. `--first 123 --seeds 1 llama` repeats one.
set -euo pipefail
cd "$(dirname "$0")/../.."
first=1
seeds=10
families=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --first) first="$2" && shift 2 ;;
    --seeds) seeds="$2" && shift 2 ;;
    *) families+=("$1") && shift ;;
  esac
done

python="$(bash tests/oracle/setup.sh)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
status=0
# In batches, so that a thousand seeds do not fill the disk.
for ((from = first; from < first + seeds; from += 20)); do
  left=$((first + seeds - from))
  "$python" tests/oracle/random_models.py "$work/models" --first "$from" --seeds "$((left < 20 ? left : 20))" "${families[@]}"
  node tests/run.mjs tests/oracle/random-models.ts "$work/models" || status=1
  rm -r "$work/models"
done
exit "$status"
