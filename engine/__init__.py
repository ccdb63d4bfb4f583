"""Layerwright's engine: a Keras you can read, compiled to NumPy or CuPy programs.

The public names are those of Keras 3, so `import engine as keras` runs a Keras script that stays inside the surface:

    import engine as keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, epochs=10)

Nothing is loaded before it is used: importing the engine costs what importing NumPy costs.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine import (
        activations,
        callbacks,
        constraints,
        initializers,
        layers,
        losses,
        metrics,
        optimizers,
        regularizers,
    )
    from engine import model as models
    from engine.model.functional import Input
    from engine.model.model import Model
    from engine.model.sequential import Sequential

__version__ = "0.1.0"

MODULES = {
    "activations": "engine.activations",
    "callbacks": "engine.callbacks",
    "constraints": "engine.constraints",
    "initializers": "engine.initializers",
    "layers": "engine.layers",
    "losses": "engine.losses",
    "metrics": "engine.metrics",
    "models": "engine.model",
    "optimizers": "engine.optimizers",
    "regularizers": "engine.regularizers",
}
CLASSES = {
    "Input": "engine.model.functional",
    "Model": "engine.model.model",
    "Sequential": "engine.model.sequential",
}

__all__ = [
    "Input", "Model", "Sequential", "activations", "callbacks", "constraints", "initializers", "layers", "losses",
    "metrics", "models", "optimizers", "regularizers",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return importlib.import_module(MODULES[name])
    if name in CLASSES:
        return getattr(importlib.import_module(CLASSES[name]), name)
    raise AttributeError(f"engine has no {name!r}. It has {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
