#!/usr/bin/env bash
# Usage: tests/oracle/setup.sh [adapters|lm-eval|naga|mlx|data|onnx|tensorboard|wandb|script|llamafactory|axolotl]
# Creates a Python environment (once per set of pinned versions) and prints the path of its interpreter. Default: the
# main one; adapters needs an older transformers; script is for exported training scripts; naga, mlx, data, onnx,
# tensorboard and wandb are small and without PyTorch.
#        tests/oracle/setup.sh llama-cpp   installs llama.cpp for Node and prints its folder.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
if [[ "${1:-}" == llama-cpp ]]; then
  folder="${LUTHIER_LLAMA:-$HOME/.cache/luthier/llama-cpp}"
  mkdir -p "$folder"
  if ! cmp -s "$here/llama-cpp/package-lock.json" "$folder/package-lock.json"; then
    cp "$here/llama-cpp/package.json" "$here/llama-cpp/package-lock.json" "$folder"
    # The CPU build is a separate package; the GPU builds are large and not needed.
    (cd "$folder" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund) >&2
  fi
  echo "$folder"
  exit
fi
suffix="${1:+-$1}"
venv="${LUTHIER_VENV:-$HOME/.cache/luthier/venv}$suffix"
stamp="$venv/.requirements.sha256"
lists=("$here/requirements$suffix.txt")
nodeps="$here/requirements$suffix-nodeps.txt"
[[ ! -f "$nodeps" ]] || lists+=("$nodeps")
wanted="$(cat "${lists[@]}" | sha256sum | cut -d' ' -f1)"

# Two at once would clear each other's environment.
if command -v flock >/dev/null; then
  mkdir -p "$(dirname "$venv")"
  exec 9>"$venv.lock"
  flock 9
fi
if [[ ! -f "$stamp" || "$(cat "$stamp")" != "$wanted" ]]; then
  python3 -m venv --clear "$venv" >&2
  "$venv/bin/pip" install --quiet --only-binary :all: -r "${lists[0]}" >&2
  if [[ -f "$nodeps" ]]; then
    "$venv/bin/pip" install --quiet --only-binary :all: --no-deps -r "$nodeps" >&2
  fi
  echo "$wanted" >"$stamp"
fi
echo "$venv/bin/python"
