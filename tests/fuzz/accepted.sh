#!/usr/bin/env bash
# Usage: tests/fuzz/accepted.sh [mutants of each format] [first seed]   compares what we read of accepted safetensors, GGUF,
# JSON, CSV and Parquet mutants with the model formats' own packages, Python's readers and pyarrow.
set -euo pipefail
cd "$(dirname "$0")/../.."
count="${1:-2000}"
first="${2:-1}"
python="$(bash tests/oracle/setup.sh)"
python_data="$(bash tests/oracle/setup.sh data)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
status=0
# In batches, so that they do not fill the disk.
for ((from = first; from < first + count; from += 1000)); do
  left=$((first + count - from))
  node tests/run.mjs tests/fuzz/accepted.ts "$work/files" "$((left < 1000 ? left : 1000))" "$from"
  "$python" tests/fuzz/check_accepted.py "$work/files" || status=1
  rm -r "$work/files"
  node tests/run.mjs tests/fuzz/accepted-rows.ts "$work/files" "$((left < 1000 ? left : 1000))" "$from"
  "$python_data" tests/fuzz/check_accepted_rows.py "$work/files" || status=1
  rm -r "$work/files"
done
exit "$status"
