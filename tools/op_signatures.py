"""Writes src/models/op_signatures.ts anew: how the ops of Keras split their arguments between constructor and call.

Run it with the Python of the fixtures: tools/.venv/bin/python tools/op_signatures.py, then prettier over the file.
"""

import importlib
import inspect
import json
import os
import pathlib
import re

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import keras
from keras.src.ops.operation import Operation

FILE = pathlib.Path(__file__).resolve().parents[1] / "src" / "models" / "op_signatures.ts"


def functions():
    for room in (keras.ops, keras.ops.image):
        for name in sorted(dir(room)):
            if not name.startswith("_") and callable(getattr(room, name)):
                yield name, inspect.unwrap(getattr(room, name))


def class_of(function):
    """The operation that the function draws for symbolic tensors, or None."""
    source = inspect.getsource(function)
    call = re.search(r"return\s+\(?\s*([A-Z]\w+)\(", source) or re.search(r"([A-Z]\w+)\([^()]*\)\.symbolic_call", source)
    found = call and getattr(importlib.import_module(function.__module__), call.group(1), None)
    return found if inspect.isclass(found) and issubclass(found, Operation) else None


def signature(function, operation):
    init = set(inspect.signature(operation.__init__).parameters) - {"self", "name", "kwargs"}
    parts = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        text = "." if parameter.name in init else ""
        text += "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
        text += parameter.name
        if parameter.default is not parameter.empty:
            text += "=" + json.dumps(parameter.default, separators=(",", ":"))
        parts.append(text)
    return f"{function.__module__.removeprefix('keras.src.ops.')}: {' '.join(parts)}"


def main():
    groups = {}
    for name, function in functions():
        operation = class_of(function)
        if operation is not None:
            groups.setdefault(signature(function, operation), []).append(name)
    lines = [f"  ['{key}', '{' '.join(sorted(names))}'],\n" for key, names in sorted(groups.items())]
    text = FILE.read_text()
    start = text.index("const GROUPS")
    start = text.index("= [\n", start) + len("= [\n")
    end = text.index("];\n", start)
    FILE.write_text(text[:start] + "".join(lines) + text[end:])
    print(f"{sum(map(len, groups.values()))} ops, {len(groups)} signatures")


main()
