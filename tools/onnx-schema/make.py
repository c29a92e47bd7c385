"""Writes a code generator's request for ONNX's schema to standard output: see make.sh."""

import sys

from google.protobuf import descriptor_pb2
from google.protobuf.compiler import plugin_pb2
from onnx import onnx_ml_pb2

schema = descriptor_pb2.FileDescriptorProto()
schema.ParseFromString(onnx_ml_pb2.DESCRIPTOR.serialized_pb)
schema.name = "onnx.proto"
request = plugin_pb2.CodeGeneratorRequest(
    file_to_generate=[schema.name], parameter="target=ts,import_extension=none", proto_file=[schema]
)
sys.stdout.buffer.write(request.SerializeToString())
