"""Whole trainings in words that Keras and the engine both understand: each case gets the module and builds with it."""

from collections.abc import Callable
from typing import Any

import numpy as np

SEED = 20260102


def table(rows: int, columns: int, case: str) -> Any:
    """Return float32 inputs that belong to a case."""
    rng = np.random.default_rng([SEED, *case.encode()])
    return rng.standard_normal((rows, columns)).astype("float32")


def stack(keras: Any, width: int, *layers: Any) -> Any:
    """Return a functional chain."""
    start = value = keras.Input((width,), name="x")
    for layer in layers:
        value = layer(value)
    return keras.Model(start, value)


def momentum(keras: Any) -> Any:
    x = table(50, 3, "momentum")
    y = (x @ [1.0, -2.0, 0.5]).astype("float32")
    model = stack(keras, 3, keras.layers.Dense(6, activation="tanh"), keras.layers.Dense(1))
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), "mse", metrics=["mae", "mse"])
    return model, (x, y), {"batch_size": 8, "epochs": 4}


def batch_normalized(keras: Any) -> Any:
    x = table(60, 4, "batch_normalized")
    y = np.abs(x[:, :3]).argmax(1).astype("int32")
    layers = keras.layers
    model = stack(
        keras,
        4,
        layers.Dense(8, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Dense(3, activation="softmax"),
    )
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, (x, y), {"batch_size": 16, "epochs": 5, "validation_split": 0.25}


def class_weighted(keras: Any) -> Any:
    x = table(48, 3, "class_weighted")
    y = (x.sum(1) > 0.7).astype("int32")
    model = stack(keras, 3, keras.layers.Dense(5, activation="relu"), keras.layers.Dense(1, activation="sigmoid"))
    model.compile(
        keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="area")],
        weighted_metrics=["accuracy", keras.metrics.Precision(name="hits")],
    )  # fmt: skip
    held = table(11, 3, "held"), (table(11, 3, "held").sum(1) > 0.7).astype("int32")
    return model, (x, y), {"batch_size": 10, "epochs": 3, "class_weight": {0: 1.0, 1: 3.5}, "validation_data": held}


def sample_weighted(keras: Any) -> Any:
    x = table(40, 4, "sample_weighted")
    y = np.eye(3, dtype="float32")[np.abs(x[:, :3]).argmax(1)]
    weights = np.linspace(0.1, 2.0, 40).astype("float32")
    dense = keras.layers.Dense
    model = stack(
        keras, 4, dense(6, activation="elu", kernel_regularizer=keras.regularizers.L2(0.02)),
        dense(3, activation="softmax", kernel_constraint=keras.constraints.MaxNorm(0.8)),
    )  # fmt: skip
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(keras.optimizers.RMSprop(0.01), loss, metrics=["accuracy"], weighted_metrics=["mae"])
    held = (x[:13], y[:13], weights[:13])
    options = {"batch_size": 16, "epochs": 3, "sample_weight": weights, "validation_data": held}
    return model, (x, y), options | {"validation_batch_size": 5}


def several(keras: Any) -> Any:
    layers = keras.layers
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    shared = layers.Dense(4, activation="tanh", name="shared")
    both = layers.Concatenate(name="both")([shared(left), shared(right)])
    price = layers.Dense(1, name="price")(both)
    kind = layers.Dense(3, activation="softmax", name="kind")(both)
    model = keras.Model([left, right], [price, kind])
    model.compile(
        keras.optimizers.AdamW(0.02, weight_decay=0.01),
        {"price": "huber", "kind": "sparse_categorical_crossentropy"},
        loss_weights={"price": 2.0, "kind": 0.5}, metrics={"price": ["mae"], "kind": ["accuracy"]},
    )  # fmt: skip
    a, b = table(42, 3, "left"), table(42, 3, "right")
    y = {"price": a[:, 0] * b[:, 0], "kind": np.abs(b).argmax(1).astype("int32")}
    return model, ([a, b], [y["price"], y["kind"]]), {"batch_size": 16, "epochs": 3, "validation_split": 0.2}


def frozen(keras: Any) -> Any:
    x = table(32, 3, "frozen")
    y = (x[:, :1] * 2 - x[:, 1:2]).astype("float32")
    layers = keras.layers
    model = stack(
        keras, 3, layers.Dense(5, trainable=False), layers.BatchNormalization(trainable=False),
        layers.Dense(4, activation="relu"), layers.BatchNormalization(momentum=0.8), layers.Dense(1),
    )  # fmt: skip
    model.compile(keras.optimizers.SGD(0.05, clipnorm=0.5), "mean_absolute_error")
    return model, (x, y), {"batch_size": 8, "epochs": 3, "validation_split": 0.25}


def nested(keras: Any) -> Any:
    layers = keras.layers
    block = stack(keras, 3, layers.Dense(3, activation="tanh"), layers.LayerNormalization(epsilon=0.1))
    start = keras.Input((3,))
    value = layers.Add()([block(block(start)), start])
    model = keras.Model(start, layers.Dense(1)(value))
    model.compile(keras.optimizers.Adam(0.03), "mse", metrics=[keras.metrics.R2Score(name="r2")])
    x = table(36, 3, "nested")
    return model, (x, np.sin(x[:, :1])), {"batch_size": 12, "epochs": 4, "validation_split": 0.25}


def watched(keras: Any) -> Any:
    x = table(40, 3, "watched")
    y = (x @ [0.5, 1.0, -1.0] + 0.8 * table(40, 1, "noise")[:, 0]).astype("float32")
    model = stack(keras, 3, keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1))
    model.compile(keras.optimizers.Adam(0.2), "mse")
    callbacks = [
        keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=1, min_delta=0.0),
        keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True),
    ]
    return model, (x, y), {"epochs": 20, "batch_size": 8, "validation_split": 0.3, "callbacks": callbacks}


def later(keras: Any) -> Any:
    x = table(30, 2, "later")
    y = (x[:, 0] > 0).astype("float32")
    model = keras.Sequential([keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["acc"])
    model.build((None, 2))
    return model, (x, y), {"initial_epoch": 2, "epochs": 5, "validation_split": 0.2, "validation_freq": 2}


CASES: dict[str, Callable[[Any], Any]] = {
    f.__name__: f
    for f in (
        momentum, batch_normalized, class_weighted, sample_weighted, several, frozen, nested, watched, later,
    )
}  # fmt: skip
