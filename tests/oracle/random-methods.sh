#!/usr/bin/env bash
# Usage: tests/oracle/random-methods.sh [--first N] [--seeds N] [method ...]   compares logits and gradients of every
# method, with random options on models of awkward configurations, with PEFT and the plain references. Prints the
# configurations that differ. `--first 123 --seeds 1 fusion` repeats one.
set -euo pipefail
cd "$(dirname "$0")/../.."
first=1
seeds=10
methods=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --first) first="$2" && shift 2 ;;
    --seeds) seeds="$2" && shift 2 ;;
    *) methods+=("$1") && shift ;;
  esac
done

python="$(bash tests/oracle/setup.sh)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
status=0
# In batches, so that a thousand seeds do not fill the disk.
for ((from = first; from < first + seeds; from += 20)); do
  left=$((first + seeds - from))
  "$python" tests/oracle/random_methods.py "$work/adapters" --first "$from" --seeds "$((left < 20 ? left : 20))" "${methods[@]}"
  node tests/run.mjs tests/oracle/random-methods.ts "$work/adapters" || status=1
  rm -r "$work/adapters"
done
exit "$status"
