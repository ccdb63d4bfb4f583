"""Writes whole training histories of Keras. It calls Keras only and cannot import what it is compared with.

    python tests/conformance/freeze_training.py [FOLDER]

Trained in float32 on JAX, rows in order, from weights that are written down too.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import training_cases  # noqa: E402

assert "engine" not in sys.modules


def plain(value: Any) -> Any:
    """Return arrays and numbers as JSON values."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return np.asarray(value, np.float64).round(8).tolist()


def case(name: str) -> dict[str, Any]:
    """Train one case and return all that it shows."""
    keras.utils.set_random_seed(training_cases.SEED)
    model, (x, y), options = training_cases.CASES[name](keras)
    before = model.get_weights()
    history = model.fit(x, y, shuffle=False, verbose=0, **options)
    after = model.get_weights()
    measured = model.evaluate(x, y, batch_size=7, verbose=0)
    named = model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
    rows = [a[:5] for a in x] if isinstance(x, list) else x[:5]
    predicted = model.predict(rows, verbose=0)
    steps = [model.train_on_batch(x, y, return_dict=True) for _ in range(2)]
    tested = model.test_on_batch(x, y, return_dict=True)
    return {
        "name": name, "before": plain(before), "history": plain(history.history), "epochs": history.epoch,
        "after": plain(after), "evaluated": plain(measured), "named": plain(named), "predicted": plain(predicted),
        "steps": plain(steps), "tested": plain(tested), "rate": float(model.optimizer.learning_rate),
        "iterations": int(model.optimizer.iterations),
    }  # fmt: skip


def main(folder: Path) -> None:
    """Write training.json."""
    versions = {"keras": keras.__version__, "jax": jax.__version__}
    head = json.dumps({"versions": versions, "seed": training_cases.SEED})[:-1]
    lines = ",\n".join(json.dumps(case(name)) for name in training_cases.CASES)
    (folder / "training.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "frozen")
