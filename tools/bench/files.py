"""Saves or loads a large model in Keras: `files.py save|load WIDTH DEPTH PATH`. Prints the seconds, and by how many bytes resident memory
rose at its peak, as JSON. The model is that of benchmarks/lib/files.ts."""

import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras


def build(width, depth):
    return keras.Sequential(
        [keras.Input((width,))] + [keras.layers.Dense(width, kernel_initializer="ones") for _ in range(depth)]
    )


def resident(which):
    """VmRSS: now; VmHWM: at the peak."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(which))


def measured(work):
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before, start = resident("VmRSS"), time.perf_counter()
    result = work()
    return {"seconds": time.perf_counter() - start, "peak": resident("VmHWM") - before}, result


task, width, depth, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
whole = path.endswith(".keras")
small, warm = build(8, 1), path + (".warm.keras" if whole else ".warm.weights.h5")
(small.save if whole else small.save_weights)(warm)
keras.saving.load_model(warm) if whole else small.load_weights(warm)
os.remove(warm)
if task == "load" and whole:
    found, _ = measured(lambda: keras.saving.load_model(path))
else:
    model = build(width, depth)
    work = model.load_weights if task == "load" else model.save if whole else model.save_weights
    found, _ = measured(lambda: work(path))
print(json.dumps(found))
