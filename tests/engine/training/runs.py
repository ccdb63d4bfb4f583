"""The network and rows on which stopping and resuming is tried; also run as a script, in a process of its own.

python runs.py STATE OUT: goes on from STATE to the end and writes what is left to OUT.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from engine import callbacks, layers
from engine.metrics import AUC
from engine.model import Input, Model
from engine.training.checkpoint import TrainingState

EPOCHS, BATCHES = 6, 5


def rows() -> tuple[Any, Any]:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((90, 6)).astype("float32")
    return x, (x[:, :2].sum(1) + rng.standard_normal(90) > 0).astype("float32")


def model() -> Model:
    """Return a network with everything that has a memory: Dropout, BatchNormalization, Adam, AUC."""
    x = value = Input((6,))
    for layer in (layers.Dense(12), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.3)):
        value = layer(value)
    made = Model(x, layers.Dense(1, activation="sigmoid")(value), seed=5)
    made.compile("adam", "binary_crossentropy", metrics=["accuracy", AUC()])
    made.optimizer.learning_rate = 0.4
    return made


def training(made: Model, state: TrainingState | None = None, epochs: int = EPOCHS) -> Any:
    """Return a run whose learning rate is reduced, whose best weights are kept and which stops early."""
    x, y = rows()
    watch = [
        callbacks.EarlyStopping(patience=3, restore_best_weights=True),
        callbacks.ReduceLROnPlateau(factor=0.5, patience=1, min_delta=0.0),
    ]
    weights = np.linspace(0.5, 1.5, len(x))
    options: dict[str, Any] = {"sample_weight": weights, "validation_split": 0.2, "seed": 11, "resume": state}
    return made.train(x, y, batch_size=16, epochs=epochs, callbacks=watch, **options)


def left(made: Model, run: Any) -> dict[str, Any]:
    """Return all that a finished run leaves, floats exactly."""
    kept = [{k: float(v).hex() for k, v in row.items() if k != "seconds"} for row in run.history.rows]
    slots = {name: slot.tobytes().hex() for name, slot in made.parameters.slots.items()}
    return {
        "weights": made.parameters.flat.tobytes().hex(), "slots": slots, "rows": kept,
        "losses": run.history.batch_losses.tobytes().hex(), "rate": made.optimizer.learning_rate.hex(),
        "step": made.parameters.iterations, "edits": run.position.edits,
    }  # fmt: skip


if __name__ == "__main__":
    begun = model()
    again = training(begun, TrainingState.load(sys.argv[1]))
    for _ in again:
        pass
    Path(sys.argv[2]).write_text(json.dumps(left(begun, again)), encoding="utf-8")
