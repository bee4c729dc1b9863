"""Records fixtures/tfevents.gz: an event file as TensorFlow writes it (needs tensorflow-cpu==2.19.1 beside requirements.txt)."""

import glob
import gzip
import os
import pathlib
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

folder = tempfile.mkdtemp()
writer = tf.summary.create_file_writer(folder)
with writer.as_default():
    tf.summary.scalar("epoch_loss", 0.5, step=1)
    tf.summary.scalar("large", 1e30, step=2**40)
    tf.summary.histogram("squares", np.arange(10.0) ** 2, step=1)
    tf.summary.histogram("uneven", np.array([-3.5, 1.25, 1.25, 0.1, 7.0, 2.2, -0.3]), step=2, buckets=7)
    tf.summary.histogram("constant", np.ones(4), step=1)
    tf.summary.histogram("empty", np.ones(0), step=1)
    tf.summary.image("images", np.zeros((2, 3, 4, 1)), step=1)
    tf.summary.text("text", "hello, *wörld*", step=2)
    tf.summary.text("texts", ["a", "b"], step=2)
writer.flush()
out = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "tfevents.gz"
out.write_bytes(gzip.compress(open(glob.glob(folder + "/*")[0], "rb").read(), mtime=0))
