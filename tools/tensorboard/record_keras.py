"""Records fixtures/tensorboard.jsonl.gz: what Keras's own TensorBoard callback writes for the runs of src/testing/tensorboard_runs.ts.

Needs tensorflow-cpu==2.19.1 and keras==3.15.1 beside requirements.txt. A line is a run: its options, the initial weights, and all that the
event files of each folder say: plugin, tag, and steps with the scalars at them (histograms: how many values they count).
"""

import glob
import gzip
import json
import os
import pathlib
import tempfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util import tensor_util

RUNS = {
    "epochs": {},
    "every third step": {"update_freq": 3},
    "every step": {"update_freq": "batch", "write_steps_per_second": True},
    "histograms": {"histogram_freq": 2, "write_images": True, "write_graph": False},
    "embeddings": {"embeddings_freq": 1, "embeddings_metadata": "words.tsv"},
}
L = keras.layers
NUMBERS = {"epoch_steps_per_second", "batch_steps_per_second"}  # those of this machine


def weights_for(shapes):
    """The stated weights: sines of the running index."""
    at = 0
    made = []
    for shape in shapes:
        size = int(np.prod(shape))
        k = np.arange(at, at + size)
        made.append((np.sin(k * 0.7) * 0.3).astype("float32").reshape(shape))
        at += size
    return made


def model_for(name):
    if name == "embeddings":
        layers = [keras.Input((2,), dtype="int32"), L.Embedding(5, 4, name="words"), L.Flatten(name="flat"), L.Dense(2, name="d2")]
    else:
        layers = [keras.Input((4, 4, 1)), L.Conv2D(3, 2, name="conv"), L.Flatten(name="flat"), L.Dense(5, activation="tanh", name="d1"), L.Dense(2, name="d2")]
    model = keras.Sequential(layers, name="seq")
    model.set_weights(weights_for([w.shape for w in model.get_weights()]))
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"])
    return model


def data_for(name):
    k = np.arange(20 * 16)
    x = np.sin(k * 1.3).astype("float32").reshape(20, 4, 4, 1)
    if name == "embeddings":
        x = (np.arange(40) % 5).astype("int32").reshape(20, 2)
    return x, np.cos(np.arange(40) * 0.9).astype("float32").reshape(20, 2)


def said(folder):
    """What the event files of a folder say: 'plugin tag' -> [[step, value], …]."""
    found = {}
    for file in sorted(glob.glob(folder + "/events.out.tfevents.*")):
        for event in EventFileLoader(file).Load():
            if event.HasField("graph_def"):
                found.setdefault("graph_def", []).append([event.step, None])
            for value in event.summary.value:
                plugin = value.metadata.plugin_data.plugin_name
                number = None
                if plugin == "scalars" and value.tag not in NUMBERS:
                    number = float(tensor_util.make_ndarray(value.tensor))
                if plugin == "histograms":
                    number = float(tensor_util.make_ndarray(value.tensor)[:, 2].sum())
                if plugin == "images":
                    number = [len(value.tensor.string_val) - 2, *map(int, value.tensor.string_val[:2])]
                found.setdefault(f"{plugin} {value.tag}", []).append([event.step, number])
    return found


lines = []
for name, options in RUNS.items():
    folder = tempfile.mkdtemp()
    model = model_for(name)
    x, y = data_for(name)
    model.fit(x, y, validation_data=(x, y), epochs=3, batch_size=5, shuffle=False, verbose=0, callbacks=[keras.callbacks.TensorBoard(folder, **options)])
    files = sorted(str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*") if p.is_file() and "tfevents" not in p.name)
    folders = sorted(str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*") if p.is_dir())
    lines.append({"id": name, "options": options, "folders": folders, "files": files, "said": {run: said(f"{folder}/{run}") for run in folders}})

out = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "tensorboard.jsonl.gz"
out.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode(), mtime=0))
for line in lines:
    print(json.dumps(line)[:1500])
