"""The workloads of benchmarks/workloads/ in Keras, layer by layer the same. Data are random, of the same shapes."""

import math
import time

import keras
import numpy as np
from keras import Input, Model, Sequential, layers, losses, optimizers

BATCHES = {"digits_mlp": 44, "mnist_mlp": 60, "mnist_cnn": 16}


class Data:
    """Inputs and targets for a number of samples."""

    def __init__(self, count):
        self.count = count
        self.random = np.random.default_rng(1)

    def images(self, *shape):
        values = self.random.random((self.count, *shape), dtype="float32")
        return np.where(self.random.random(values.shape) < 0.8, 0, values).astype("float32")

    def noise(self, *shape):
        return self.random.random((self.count, *shape), dtype="float32")

    def classes(self, below, *shape):
        return self.random.integers(0, below, (self.count, *shape)).astype("int32")

    def one_hot(self, below):
        return np.eye(below, dtype="float32")[self.classes(below)]


def digits_mlp():
    model = Sequential([Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, 32, lambda data: (data.images(64), data.classes(10))


def mnist_mlp():
    model = Sequential(
        [
            Input((784,)),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return model, 128, lambda data: (data.images(784), data.one_hot(10))


def mnist_cnn():
    model = Sequential(
        [
            Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adadelta", "categorical_crossentropy", metrics=["accuracy"])
    return model, 128, lambda data: (data.images(28, 28, 1), data.one_hot(10))


def fcn():
    def conv(x, filters):
        return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)

    inputs = Input((96, 128, 3))
    x, pooled = inputs, []
    for filters in (32, 64, 128):
        x = layers.MaxPooling2D(2)(conv(conv(x, filters), filters))
        pooled.append(x)
    up = layers.Conv2DTranspose(64, 4, strides=2, padding="same", activation="relu")(conv(x, 256))
    score = layers.Conv2DTranspose(12, 8, strides=4, padding="same")(layers.Add()([up, pooled[1]]))
    model = Model(inputs, layers.Softmax()(score))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, 8, lambda data: (data.noise(96, 128, 3), data.classes(12, 96, 128))


def resnet20():
    def convolve(x, filters, kernel_size, strides):
        conv = layers.Conv2D(
            filters, kernel_size, strides=strides, padding="same", use_bias=False, kernel_initializer="he_normal"
        )
        return layers.BatchNormalization()(conv(x))

    def block(x, filters, strides):
        inner = convolve(layers.ReLU()(convolve(x, filters, 3, strides)), filters, 3, 1)
        shortcut = x if strides == 1 else convolve(x, filters, 1, strides)
        return layers.ReLU()(layers.Add()([inner, shortcut]))

    inputs = Input((32, 32, 3))
    x = layers.ReLU()(convolve(inputs, 16, 3, 1))
    for filters in (16, 32, 64):
        for depth in range(3):
            x = block(x, filters, 2 if depth == 0 and filters > 16 else 1)
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    model = Model(inputs, outputs)
    model.compile(optimizers.SGD(0.1, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
    return model, 64, lambda data: (data.noise(32, 32, 3), data.one_hot(10))


def lstm_char():
    model = Sequential(
        [
            Input((80,), dtype="int32"),
            layers.Embedding(65, 64),
            layers.LSTM(256, return_sequences=True),
            layers.Dense(65),
        ]
    )
    model.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model, 64, lambda data: (data.classes(65, 80), data.classes(65, 80))


class Positions(layers.Layer):
    """Adds a vector of its own to each place."""

    def build(self, input_shape):
        self.table = self.add_weight(shape=input_shape[1:], initializer="uniform", name="table")

    def call(self, x):
        return x + self.table


def transformer_char():
    def block(x):
        normal = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(4, 32)(normal, normal, use_causal_mask=True)])
        hidden = layers.Dense(512, activation="gelu")(layers.LayerNormalization()(x))
        return layers.Add()([x, layers.Dense(128)(hidden)])

    inputs = Input((128,), dtype="int32")
    x = Positions()(layers.Embedding(65, 128)(inputs))
    for _ in range(4):
        x = block(x)
    model = Model(inputs, layers.Dense(65)(layers.LayerNormalization()(x)))
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizers.AdamW(3e-4), loss, metrics=["accuracy"])
    return model, 16, lambda data: (data.classes(65, 128), data.classes(65, 128))


WORKLOADS = {
    make.__name__: make for make in (digits_mlp, mnist_mlp, mnist_cnn, fcn, resnet20, lstm_char, transformer_char)
}


class FirstStep(keras.callbacks.Callback):
    """The time at which the first step had ended."""

    end = None

    def on_train_batch_end(self, batch, logs=None):
        if self.end is None:
            self.end = time.perf_counter()


class EpochTimes(keras.callbacks.Callback):
    """Seconds of every epoch. It hears of epochs alone."""

    def on_train_begin(self, logs=None):
        self.times = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.times.append(time.perf_counter() - self.start)


class KerasJob:
    """A workload and its data. Trains with `fit`, as a user does; the steps of an epoch are not watched."""

    epoch_seconds = math.inf

    def __init__(self, workload):
        self.model, self.batch_size, make = WORKLOADS[workload]()
        self.steps = BATCHES.get(workload, 8)
        self.x, self.y = make(Data(self.steps * self.batch_size))

    def fit(self, epochs, listener):
        self.model.fit(self.x, self.y, batch_size=self.batch_size, epochs=epochs, verbose=0, callbacks=[listener])
        return listener

    def first_step(self):
        """Milliseconds from the call of `fit` to the end of its first step."""
        start = time.perf_counter()
        return 1e3 * (self.fit(1, FirstStep()).end - start)

    def epochs(self, count):
        """Train. Seconds of each epoch."""
        return self.fit(count, EpochTimes()).times

    def predict(self):
        self.model.predict(self.x[:1], verbose=0)
