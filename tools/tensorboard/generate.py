"""Makes src/formats/tfevents/proto/*_pb.ts of the message definitions that TensorBoard itself reads.

    npm install --no-save @bufbuild/protoc-gen-es@2.16.0
    tools/.venv-tensorboard/bin/python tools/tensorboard/generate.py node_modules/.bin/protoc-gen-es

The definitions are the public ones of TensorFlow and TensorBoard (Apache-2.0); they come from the pinned package, so no
compiler of .proto files is needed.
"""

import importlib
import pathlib
import subprocess
import sys

from google.protobuf.compiler import plugin_pb2

OUT = pathlib.Path(__file__).resolve().parents[2] / "src" / "formats" / "tfevents" / "proto"
MODULES = [
    "tensorboard.compat.proto.event_pb2",
    "tensorboard.compat.proto.graph_pb2",
    "tensorboard.plugins.custom_scalar.layout_pb2",
    "tensorboard.plugins.histogram.plugin_data_pb2",
    "tensorboard.plugins.image.plugin_data_pb2",
    "tensorboard.plugins.scalar.plugin_data_pb2",
    "tensorboard.plugins.text.plugin_data_pb2",
]


def name_fields(messages):
    """Give each field the name in JSON that a compiler of .proto files would give it; descriptors in Python have none."""
    for message in messages:
        for field in message.field:
            first, *rest = field.name.split("_")
            field.json_name = first + "".join(word.capitalize() for word in rest)
        name_fields(message.nested_type)


def main(plugin):
    request = plugin_pb2.CodeGeneratorRequest(parameter="target=ts,import_extension=js")
    seen = set()

    def add(descriptor):
        if descriptor.name in seen:
            return
        seen.add(descriptor.name)
        for dependency in descriptor.dependencies:
            add(dependency)
        file = request.proto_file.add()
        descriptor.CopyToProto(file)
        name_fields(file.message_type)
        if not descriptor.name.startswith("google/"):
            request.file_to_generate.append(descriptor.name)

    for name in MODULES:
        add(importlib.import_module(name).DESCRIPTOR)
    answer = subprocess.run([plugin], input=request.SerializeToString(), stdout=subprocess.PIPE, check=True).stdout
    response = plugin_pb2.CodeGeneratorResponse.FromString(answer)
    if response.error:
        raise SystemExit(response.error)
    # One flat folder: `tensorboard/plugins/scalar/plugin_data` becomes `scalar_plugin_data`.
    flat = (
        lambda path: path.replace("tensorboard/compat/proto/", "").replace("tensorboard/plugins/", "").replace("/", "_")
    )
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*_pb.ts"):
        old.unlink()
    for file in response.file:
        base = pathlib.PurePosixPath(file.name).parent
        text = file.content
        for other in response.file:
            target = other.name.removesuffix(".ts")
            relative = pathlib.PurePosixPath(target)
            try:
                spelled = "./" + str(relative.relative_to(base))
            except ValueError:
                ups = 0
                parent = base
                while not relative.is_relative_to(parent):
                    parent = parent.parent
                    ups += 1
                spelled = "../" * ups + str(relative.relative_to(parent))
            text = text.replace(f'"{spelled}.js"', f'"./{flat(target)}.js"')
        (OUT / flat(file.name)).write_text(text)


main(sys.argv[1])
