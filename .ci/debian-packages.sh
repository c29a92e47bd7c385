#!/usr/bin/env bash
# Usage: .ci/debian-packages.sh PACKAGE ...   installs the Debian packages that are missing.
set -euo pipefail

absent=()
for package in "$@"; do
  status="$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)"
  [[ "$status" == installed ]] || absent+=("$package")
done
[[ ${#absent[@]} -gt 0 ]] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "CI needs the Debian packages ${absent[*]}, and this machine has no apt-get: run it on Debian." >&2
  exit 1
fi
if [[ "$(id -u)" -ne 0 ]]; then
  echo "CI needs packages that only root can install: sudo apt-get update && sudo apt-get install ${absent[*]}" >&2
  exit 1
fi
echo "Installing ${absent[*]}"
apt-get update --quiet=2
DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends "${absent[@]}"
