#!/usr/bin/env bash
# Generates src/export/onnx/onnx_pb.ts from the schema in the onnx package of tests/oracle.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="$(bash tests/oracle/setup.sh onnx)"
out=src/export/onnx/onnx_pb.ts
"$python" tools/onnx-schema/make.py |
  npx --yes --package @bufbuild/protoc-gen-es@2.13.0 --package @bufbuild/protobuf@2.17.0 protoc-gen-es |
  "$python" tools/onnx-schema/read.py |
  sed '/eslint-disable/d' >"$out"
npx prettier --write "$out"
