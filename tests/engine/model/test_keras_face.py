"""`import engine as keras`: scripts written for Keras run, and importing costs next to nothing."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parents[3]

HEAD = """
import engine as keras
import numpy as np

x = np.random.default_rng(0).normal(size=(200, 8)).astype("float32")
"""
SCRIPTS = {
    "sequential": """
        model = keras.Sequential([
            keras.Input(shape=(8,)),
            keras.layers.Dense(16, activation="relu", kernel_initializer="he_normal"),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(1, activation="sigmoid"),
        ])
        adam = keras.optimizers.Adam(learning_rate=0.01)
        model.compile(optimizer=adam, loss="binary_crossentropy", metrics=["accuracy"])
        y = (x[:, 0] > 0).astype("float32")
        stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
        history = model.fit(x, y, epochs=8, batch_size=16, validation_split=0.2, callbacks=[stop], verbose=0)
        loss, accuracy = model.evaluate(x, y, verbose=0)
        assert accuracy > 0.8 and len(history.history["val_accuracy"]) == len(history.epoch)
        assert model.predict(x, verbose=0).shape == (200, 1)
    """,
    "functional": """
        from engine.layers import Add, BatchNormalization, Concatenate, Dense, LayerNormalization, ReLU
        from engine.regularizers import L2

        inputs = keras.Input((8,))
        h = Dense(16, kernel_regularizer=L2(1e-4))(inputs)
        h = ReLU()(BatchNormalization()(h))
        h = Add()([h, Dense(16)(inputs)])
        outputs = Dense(3, activation="softmax")(LayerNormalization()(Concatenate()([h, inputs])))
        model = keras.Model(inputs=inputs, outputs=outputs, name="wide_and_deep")
        model.compile("rmsprop", keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
        y = np.abs(x[:, :3]).argmax(1)
        model.fit(x, y, epochs=3, class_weight={0: 2.0}, verbose=0)
        model.summary()
        assert model.evaluate(x, y, return_dict=True, verbose=0)["loss"] < 2
        model.save_weights("w")
        model.load_weights("w")
    """,
    "steps": """
        model = keras.models.Sequential()
        model.add(keras.layers.Dense(4, activation=keras.activations.tanh))
        model.add(keras.layers.Dense(1))
        model.compile(loss="mse", optimizer="sgd")
        first = model.train_on_batch(x, x[:, :1])
        for _ in range(20):
            last = model.train_on_batch(x, x[:, :1])
        assert last < first
        assert abs(model.test_on_batch(x, x[:, :1]) - model.evaluate(x, x[:, :1], verbose=0)) < 1e-6
        model.optimizer.learning_rate = 0.1
        assert abs(float(keras.losses.MeanSquaredError()([[1.0]], [[3.0]])) - 4) < 1e-6
        assert keras.layers.Dense(3)(x).shape == (200, 3)
        assert keras.metrics.MeanAbsoluteError()([1.0], [2.5]) == 1.5
    """,
    "callback": """
        class Stop(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if logs["loss"] < 1e9:
                    self.model.stop_training = True

        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        assert len(model.fit(x, x[:, :1], epochs=9, callbacks=[Stop()], verbose=0).epoch) == 1
    """,
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_keras_script_runs(name: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(HEAD + textwrap.dedent(SCRIPTS[name]), encoding="utf-8")
    command = [sys.executable, "-W", "error", "script.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, engine; print(*({'numpy', 'polars', 'pydantic', 'PySide6'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_name_of_the_face_is_there() -> None:
    for name in engine.__all__:
        assert getattr(engine, name) is not None
    assert set(engine.__all__) <= set(dir(engine))
    with pytest.raises(AttributeError, match="engine has no 'Modle'"):
        engine.Modle  # noqa: B018
