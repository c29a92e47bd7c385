#!/usr/bin/env bash
# Usage: tests/oracle/elsewhere.sh [--short]   trains runs here, exports them for other trainers, and holds these against
# the page: losses of the training scripts, their adapters back in our importer, and what LLaMA-Factory, Axolotl and Jupyter
# read. --short: one run of answers and one of preferences, on one process, and neither LLaMA-Factory nor Axolotl, whose
# environments take minutes to install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
scenarios=()
whole=(--whole)
if [[ "${1:-}" == --short ]]; then
  scenarios=(sft dpo)
  whole=()
fi
script="$(bash tests/oracle/setup.sh script)"
node tests/run.mjs tests/oracle/export-script.ts "$work" "${scenarios[@]}"
"$script" tests/oracle/check_script.py "$work" "${whole[@]}"
node tests/run.mjs tests/oracle/check-script-back.ts "$work"
"$script" tests/oracle/check_notebooks.py "$work"
[[ ${#whole[@]} -gt 0 ]] || exit 0
"$(bash tests/oracle/setup.sh axolotl)" tests/oracle/check_axolotl.py "$work"
"$(bash tests/oracle/setup.sh llamafactory)" tests/oracle/check_llamafactory.py "$work"
