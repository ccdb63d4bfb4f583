"""The page of differences is complete: each argument of Keras that a record lacks is named there, with its class."""

import json
import re
import subprocess
from importlib.resources import files
from typing import Any

import pytest

import engine
from engine import registry
from engine.errors import LayerwrightError
from tests.conformance.test_regenerate import python

PAGE = (files("resources") / "help" / "keras-differences.md").read_text("utf-8")
ASK = """
import inspect, json, sys, keras
kinds = json.loads(sys.stdin.read())
found = {}
for kind, names in kinds.items():
    module = getattr(keras, kind)
    for name in names:
        made = getattr(module, name, None)
        if inspect.isclass(made):
            found[f"{kind}.{name}"] = list(inspect.signature(made.__init__).parameters)
print(json.dumps(found))
"""
GENERAL = {"self", "name", "args", "kwargs", "dtype", "axis"}
"""What the page says once for a whole kind."""
KINDS = ("layer", "loss", "metric", "optimizer", "callback", "initializer", "regularizer", "constraint")


def test_each_absent_argument_of_keras_is_on_the_page() -> None:
    """Needs Keras: the oracle extra, or a Python that has it in PEERS_PYTHON."""
    plural = {kind: f"{kind}s" if kind != "loss" else "losses" for kind in KINDS}
    ours = {plural[k]: {r.KERAS: {f.name for f in r.fields()} for r in registry.records(k)} for k in KINDS}
    ask = json.dumps({kind: list(records) for kind, records in ours.items()})
    done = subprocess.run([python(), "-c", ASK], input=ask, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    assert len(theirs) > 60
    named = set(re.findall(r"`(\w+)`", PAGE)) | {"ema_momentum", "ema_overwrite_frequency"}
    for key, arguments in theirs.items():
        kind, name = key.split(".")
        silent = set(arguments) - ours[kind][name] - GENERAL - named
        assert not silent, f"{key} lacks {silent}, and keras-differences.md does not say so"


def two_outputs(keras: Any) -> Any:
    start, again = keras.Input((4,)), keras.Input((4,))
    inner = keras.Model(start, [keras.layers.Dense(1)(start), keras.layers.Dense(2)(start)])
    return inner(again)


REFUSED: dict[str, Any] = {
    "several axes": lambda k: k.layers.Normalization(axis=(1, 2)),
    "mask_zero": lambda k: k.layers.Embedding(3, 2, mask_zero=True),
    "noise_shape": lambda k: k.layers.Dropout(0.5, noise_shape=(1,)),
    "data_format": lambda k: k.layers.Flatten(data_format="channels_first"),
    "dtype of a layer": lambda k: k.layers.Dense(3, dtype="float64"),
    "ignore_class": lambda k: k.losses.SparseCategoricalCrossentropy(ignore_class=0),
    "two outputs inside": two_outputs,
    "thresholds": lambda k: k.metrics.AUC(thresholds=[0.1]),
    "PRGAIN": lambda k: k.metrics.AUC(curve="PRGAIN"),
    "save_freq": lambda k: k.callbacks.ModelCheckpoint("m", save_freq=3),
    "use_ema": lambda k: k.optimizers.Adam(use_ema=True),
    "schedules": lambda k: k.optimizers.schedules,
    "output of a layer": lambda k: k.layers.Dense(3).output,
    "a function as loss": lambda k: k.Sequential([k.Input((2,)), k.layers.Dense(1)]).compile(loss=lambda a, b: a),
    "an open size": lambda k: k.Input((None, 4)),
    "a subclass": lambda k: type("Own", (k.Model,), {})(),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_absent_is_refused(what: str) -> None:
    with pytest.raises((LayerwrightError, TypeError, AttributeError)):
        REFUSED[what](engine)
