#!/usr/bin/env bash
# Usage: tests/oracle/takeaway.sh [--short]   trains the built-in model on the page in Chromium, downloads every export, and
# opens each in its program: PEFT, transformers, llama.cpp, mlx-lm, transformers.js, the training script, LLaMA-Factory,
# Axolotl and nbformat. --short: without LLaMA-Factory and Axolotl, whose environments take minutes to install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export TQDM_DISABLE=1
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
bash tests/oracle/setup.sh llama-cpp >/dev/null
python="$(bash tests/oracle/setup.sh)"
script="$(bash tests/oracle/setup.sh script)"
mlx="$(bash tests/oracle/setup.sh mlx)"
node tests/run.mjs tests/oracle/export-page.ts "$work"
"$python" tests/oracle/check_usage.py "$work/page" public/models/spruce
"$mlx" tests/oracle/check_mlx_answer.py "$work/page" public/models/spruce
"$script" tests/oracle/check_script.py "$work"
"$script" tests/oracle/check_notebooks.py "$work"
[[ "${1:-}" != --short ]] || exit 0
"$(bash tests/oracle/setup.sh axolotl)" tests/oracle/check_axolotl.py "$work"
"$(bash tests/oracle/setup.sh llamafactory)" tests/oracle/check_llamafactory.py "$work"
