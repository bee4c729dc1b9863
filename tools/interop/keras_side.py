"""The Keras of the interop bench: one process that makes, saves, loads and trains the models of cases.ts. It reads one line of JSON per
command and answers with one line."""

import base64
import json
import os
import pathlib
import sys
import traceback
import warnings

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
# A person's own ~/.keras/keras.json must not change what is compared.
os.environ["KERAS_HOME"] = str(pathlib.Path(__file__).resolve().parent / "__pycache__" / "keras_home")
# The models are tiny: compiling them is all that takes time.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")

import jax

if len(sys.argv) > 1:
    jax.config.update("jax_compilation_cache_dir", sys.argv[1])
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

import h5py
import keras
import numpy as np
import safetensors.numpy

warnings.filterwarnings("ignore")


def half_square(x):
    """What the Lambda of the bench computes."""
    return x * x / 2


CUSTOM = {"half_square": half_square}


def decode(array):
    return np.frombuffer(base64.b64decode(array["data"]), array["dtype"]).reshape(array["shape"])


def encode(array):
    array = np.asarray(array)
    return {
        "dtype": str(array.dtype),
        "shape": list(array.shape),
        "data": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode(),
    }


def made(spec):
    """An object of a description."""
    if spec["class_name"] == "Lambda":
        return keras.layers.Lambda(half_square)
    rate = spec["config"].get("learning_rate")
    if isinstance(rate, int):
        # JavaScript has one kind of number, Keras wants floats.
        spec = {**spec, "config": {**spec["config"], "learning_rate": float(rate)}}
    return keras.saving.deserialize_keras_object(spec)


def build(case):
    keras.backend.clear_session(free_memory=False)
    inputs = [keras.Input(tuple(i["shape"]), dtype=i["dtype"]) for i in case["inputs"]]
    layers = [made(spec) for spec in case["layers"]]
    y = inputs if len(inputs) > 1 else inputs[0]
    for index, layer in enumerate(layers):
        y = layer(*y) if index == 0 and case["call"] == "arguments" else layer(y)
    y = keras.layers.Dense(2)(keras.layers.Flatten()(y))
    model = keras.Model(inputs if len(inputs) > 1 else inputs[0], y)
    model.compile(made(case["optimizer"]), keras.losses.MeanSquaredError())
    return model


def train(model, x, y, epochs):
    history = model.fit(x, y, epochs=epochs, batch_size=4, shuffle=False, verbose=0)
    return [float(loss) for loss in history.history["loss"]]


def course(model, x, y):
    """What a model predicts, and what three more epochs make of it. Files of Keras do not say how far the generators of random numbers
    are: both sides begin where they begin."""
    for variable in model.non_trainable_variables:
        if variable.name == "seed_generator_state":
            variable.assign(np.array([np.asarray(variable.value)[0], 0], "uint32"))
    before = model.predict(x, verbose=0)
    loss = train(model, x, y, 3)
    return {"before": encode(before), "loss": loss, "after": encode(model.predict(x, verbose=0))}


def reason(error):
    lines = [line for line in str(error).strip().split("\n") if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:200]


def data_of(command):
    x = [decode(each) for each in command["x"]]
    return x if len(x) > 1 else x[0], decode(command["y"])


def safetensors_of(h5, out):
    arrays = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            arrays[name] = np.asarray(item[()])

    with h5py.File(h5) as file:
        file.visititems(visit)
    safetensors.numpy.save_file(arrays, out)


def h5_of(source, out):
    """The arrays of a safetensors file under the same names in HDF5, which Keras reads."""
    with h5py.File(out, "w") as file:
        for name, value in safetensors.numpy.load_file(source).items():
            file[name] = value


def write(command):
    """Makes a model, trains it an epoch, saves it in every format, and says how it goes on."""
    folder, case = command["folder"], command["case"]
    x, y = data_of(command)
    keras.utils.set_random_seed(3)
    model = build(case)
    train(model, x, y, 1)
    refused, reload = {}, {}
    for name in ("py.keras", "py.h5", "py.weights.h5"):
        path = f"{folder}/{name}"
        try:
            model.save_weights(path) if name.endswith(".weights.h5") else model.save(path)
        except Exception as error:
            refused[name] = reason(error)
            if os.path.exists(path):
                os.remove(path)
    safetensors_of(f"{folder}/py.weights.h5", f"{folder}/py.safetensors")
    found = course(model, x, y)
    for name in ("py.keras", "py.h5"):
        if name not in refused:
            try:
                again = keras.saving.load_model(f"{folder}/{name}", custom_objects=CUSTOM)
                own = course(again, x, y)
                for key, what in (("before", "predicts"), ("after", "trains")):
                    if not np.allclose(decode(own[key]), decode(found[key]), atol=1e-4):
                        reload[name] = f"{what} otherwise than the model that was saved"
                        break
            except Exception as error:
                reload[name] = reason(error)
    return {**found, "refused": refused, "reload": reload}


def read(command):
    """Loads what was written there, and says what it predicts and how it goes on."""
    folder, case = command["folder"], command["case"]
    x, y = data_of(command)
    results = {}
    model = None
    for name in command["files"]:
        path = f"{folder}/{name}"
        try:
            if name.endswith((".weights.h5", ".safetensors")):
                if model is None:
                    model = build(case)
                    train(model, x, y, 1)
                if name.endswith(".safetensors"):
                    h5_of(path, f"{path}.weights.h5")
                    path = f"{path}.weights.h5"
                model.load_weights(path)
                results[name] = course(model, x, y)
            else:
                if name.endswith(".h5") and command["recompile"]:
                    loaded = keras.saving.load_model(path, custom_objects=CUSTOM, compile=False)
                    loaded.compile(made(case["optimizer"]), keras.losses.MeanSquaredError())
                else:
                    loaded = keras.saving.load_model(path, custom_objects=CUSTOM)
                results[name] = course(loaded, x, y)
                if name.endswith(".keras"):
                    # Weights are loaded into this one: it is compiled already.
                    model = loaded
        except Exception as error:
            results[name] = {"error": reason(error), "trace": traceback.format_exc()[-2000:]}
    return results


def check(command):
    """Loads one file, and predicts with it."""
    model = keras.saving.load_model(command["path"], custom_objects=CUSTOM)
    return {"prediction": encode(model.predict(decode(command["x"]), verbose=0))}


COMMANDS = {"write": write, "read": read, "check": check}
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
print(json.dumps({"keras": keras.__version__, "jax": jax.__version__}), file=answers, flush=True)
for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = COMMANDS[command["do"]](command)
    except Exception as error:
        answer = {"error": reason(error), "trace": traceback.format_exc()[-3000:]}
    print(json.dumps(answer), file=answers, flush=True)
