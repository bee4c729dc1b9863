"""Opens in Keras what keras-ts wrote: `check_written.py FOLDER`. For each NAME.json ({"x": inputs, "y": predictions}) in the folder, the
model NAME.keras or NAME.h5 is loaded, and must predict the same within 1e-5. Prints one line each; the exit code says whether all did."""

import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np

failed = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    case = json.loads(path.read_text())
    for ending in (".keras", ".h5"):
        file = path.with_suffix(ending)
        if not file.exists():
            continue
        # Keras cannot compile from .h5 again when losses or metrics are ids ('mse'), in its own files as little as in ours.
        model = keras.saving.load_model(file, compile=ending != ".h5")
        off = np.abs(model.predict(np.array(case["x"], "float32"), verbose=0) - np.array(case["y"])).max()
        failed += not off <= 1e-5
        print(f"{'ok  ' if off <= 1e-5 else 'FAIL'} {file.name}: off by {off:.1e}")
sys.exit(failed > 0)
