"""Prints the file in a code generator's response on standard input: see make.sh."""

import sys

from google.protobuf.compiler import plugin_pb2

response = plugin_pb2.CodeGeneratorResponse()
response.ParseFromString(sys.stdin.buffer.read())
if response.error:
    sys.exit(response.error)
print(response.file[0].content, end="")
