#!/bin/sh
# Makes the built-in model, its card and the sample datasets from seeds. About 40 minutes on one thread
# of a busy 2-core machine, less on an idle one. Interrupted training resumes from its checkpoint.
#
#   tools/builtin-model/make.sh            everything
#   tools/builtin-model/make.sh check      only the two checks of the existing model
#
# PYTHON names an interpreter with requirements.txt installed; by default a virtual environment is created.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work="$root/.cache/builtin-model"
model="$root/public/models/spruce"
datasets="$root/public/datasets"
mkdir -p "$work"

if [ -z "${PYTHON:-}" ]; then
  PYTHON="$work/venv/bin/python"
  if [ ! -x "$PYTHON" ]; then
    python3 -m venv "$work/venv"
    "$PYTHON" -m pip install --quiet -r "$here/requirements.txt"
  fi
fi
export PYTHONDONTWRITEBYTECODE=1
cd "$here"

if [ "${1:-all}" != check ]; then
  "$PYTHON" -m unittest test_data
  "$PYTHON" make_tokenizer.py --out "$work/tokenizer"
  nice -n 10 "$PYTHON" train.py --tokenizer "$work/tokenizer" --out "$work/checkpoint.pt"
  "$PYTHON" export.py --checkpoint "$work/checkpoint.pt" --tokenizer "$work/tokenizer" --out "$model"
  "$PYTHON" sample_datasets.py --out "$datasets"
fi
"$PYTHON" evaluate.py --model "$model" --out "$work/everyday.json"
"$PYTHON" tune_check.py --model "$model" --datasets "$datasets" --seeds 3 --out "$work/tuning.json"
"$PYTHON" write_card.py --models "$root/public/models" --figures "$work"
