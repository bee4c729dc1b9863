"""The job of benchmarks/data_overlap.ts in tf.data with Keras, and in PyTorch's DataLoader: images from disk, augmented, into a convnet.

    python tools/bench/data_peers.py torch FOLDER 2        # folder of images, threads; prints one JSON object

Milliseconds a step: of the data alone, of the step alone (on one batch again and again), and of both together.
"""

import glob
import json
import os
import statistics
import sys
import time
import warnings

BATCH, FULL, SIZE, EPOCHS = 32, 104, 96, 2


def summary(steps, version, data, step, both):
    def timed(run):
        run()  # files are in the disk's cache, programs compiled, workers known
        times = []
        for _ in range(EPOCHS):
            start = time.perf_counter()
            run()
            times.append(1e3 * (time.perf_counter() - start) / steps)
        return statistics.median(times)

    print(json.dumps({"version": version, "data": timed(data), "step": timed(step), "both": timed(both)}))


def files_of(folder):
    names = sorted(os.listdir(folder))
    return [(path, label) for label, name in enumerate(names) for path in sorted(glob.glob(os.path.join(folder, name, "*.jpg")))]


def tensorflow(folder, threads):
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import keras
    import tensorflow as tf
    from keras import layers

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    files = files_of(folder)

    def load(path, label):
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        image = tf.image.resize(image, [FULL, FULL])
        image = tf.image.random_crop(image, [SIZE, SIZE, 3])
        image = tf.image.random_flip_left_right(image)
        return image * tf.random.uniform([], 0.8, 1.2) / 255.0, label

    dataset = tf.data.Dataset.from_tensor_slices(([path for path, _ in files], [label for _, label in files])).shuffle(len(files))
    dataset = dataset.map(load, num_parallel_calls=tf.data.AUTOTUNE).batch(BATCH, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    steps = len(files) // BATCH
    model = keras.Sequential([
        keras.Input((SIZE, SIZE, 3)),
        layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"), layers.GlobalAveragePooling2D(),
        layers.Dense(4, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    one = next(iter(dataset))
    same = tf.data.Dataset.from_tensors(one).repeat(steps)

    def data():
        for _ in dataset:
            pass

    summary(steps, f"tf.data, TensorFlow {tf.__version__}, Keras {keras.__version__}", data,
            lambda: model.fit(same, verbose=0), lambda: model.fit(dataset, verbose=0))


def pytorch(folder, threads):
    import numpy as np
    import PIL
    import torch
    from PIL import Image
    from torch import nn

    torch.set_num_threads(threads)
    files = files_of(folder)

    class Images(torch.utils.data.Dataset):
        def __len__(self):
            return len(files)

        def __getitem__(self, i):
            path, label = files[i]
            with Image.open(path) as file:
                image = np.asarray(file.convert("RGB").resize((FULL, FULL), Image.BILINEAR), dtype=np.float32)
            row, column, flip = np.random.randint(FULL - SIZE + 1), np.random.randint(FULL - SIZE + 1), np.random.rand() < 0.5
            image = image[row : row + SIZE, column : column + SIZE]
            image = image[:, ::-1] if flip else image
            image = image * (np.random.uniform(0.8, 1.2) / 255)
            return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1), dtype=np.float32)), label

    loader = torch.utils.data.DataLoader(Images(), batch_size=BATCH, shuffle=True, drop_last=True, num_workers=threads, persistent_workers=True)
    steps = len(loader)
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(64, 4),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    loss = nn.CrossEntropyLoss()

    def train(batches):
        for x, y in batches:
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()

    def data():
        for _ in loader:
            pass

    one = next(iter(loader))
    summary(steps, f"DataLoader, PyTorch {torch.__version__}, Pillow {PIL.__version__}", data,
            lambda: train([one] * steps), lambda: train(loader))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    peer, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    {"torch": pytorch, "keras-tensorflow": tensorflow}[peer](folder, threads)
