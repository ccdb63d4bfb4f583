"""Networks of every kind of program, with rows that fit."""

import numpy as np

from engine import layers

RNG = np.random.default_rng(0)
ROWS = 40


def rows(*shape):
    return RNG.normal(size=(ROWS, *shape)).astype(np.float32)


def classes(count, *shape):
    return RNG.integers(0, count, (ROWS, *shape)).astype(np.int32)


CASES = {
    "regression": (
        lambda: [layers.Input((5,)), layers.Dense(6, "relu"), layers.Dense(2)], "mse", "sgd", rows(5), rows(2),
    ),
    "binary": (
        lambda: [layers.Input((5,)), layers.Dense(6, "relu"), layers.Dense(1, "sigmoid")],
        "binary_crossentropy", "adam", rows(5), classes(2, 1).astype(np.float32),
    ),
    "classes": (
        lambda: [layers.Input((5,)), layers.Dense(8, "gelu"), layers.Dropout(0.4), layers.Dense(3, "softmax")],
        "sparse_categorical_crossentropy", "adamw", rows(5), classes(3),
    ),
    "one-hot": (
        lambda: [layers.Input((5,)), layers.Dense(3, "softmax")], "categorical_crossentropy", "rmsprop", rows(5),
        np.eye(3, dtype=np.float32)[classes(3)],
    ),
    "batch-norm": (
        lambda: [layers.Input((5,)), layers.Dense(6), layers.BatchNormalization(), layers.ReLU(), layers.Dense(1)],
        "mae", "adam", rows(5), rows(1),
    ),
    "layer-norm": (
        lambda: [layers.Input((5,)), layers.LayerNormalization(), layers.GaussianNoise(0.2), layers.Dense(1, "elu")],
        "huber", "sgd", rows(5), rows(1),
    ),
    "image": (
        lambda: [
            layers.Input((8, 8, 2)), layers.Conv2D(4, 3, activation="relu", padding="same"), layers.MaxPooling2D(2),
            layers.Conv2D(3, 2, strides=2), layers.GlobalAveragePooling2D(), layers.Dense(3, "softmax"),
        ],
        "sparse_categorical_crossentropy", "adam", rows(8, 8, 2), classes(3),
    ),
    "embedding": (
        lambda: [layers.Input((4,), dtype="int32"), layers.Embedding(6, 3), layers.Flatten(), layers.Dense(2)],
        "mse", "adam", classes(6, 4), rows(2),
    ),
    "penalties": (
        lambda: [
            layers.Input((5,)), layers.Dense(6, "tanh", kernel_regularizer="l2", kernel_constraint="max_norm"),
            layers.Dense(2, bias_regularizer="l1"),
        ],
        "mse", "sgd", rows(5), rows(2),
    ),
}  # fmt: skip
METRICS = {"mse": ["mae"], "binary_crossentropy": ["accuracy", "auc"]}
