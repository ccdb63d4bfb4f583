"""Optimizers against Keras: seven steps with a change of the learning rate; callbacks against Keras' own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from engine import callbacks, optimizers, registry
from engine.callbacks import KeepWeights, RestoreWeights, SetLearningRate, Stop
from tests.conformance.oracle import Case, cases, close, title

CASES = cases("optimizers")
EVENTS = cases("callbacks")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=title)
def test_path_equals_keras(case: Case, dtype: str) -> None:
    optimizer = getattr(optimizers, case["name"])(**case["settings"])
    variables = [np.asarray(v, dtype) for v in case["start"]]
    for step, gradients in enumerate(case["gradients"]):
        if step == case["changed_at"]:
            optimizer.learning_rate = case["changed_to"]
        optimizer.apply_gradients([(np.asarray(g, dtype), v) for g, v in zip(gradients, variables, strict=True)])
        for mine, theirs in zip(variables, case["path"][step], strict=True):
            close(mine, theirs, dtype)
    assert optimizer.iterations == len(case["path"])


@dataclass
class View:
    """What a callback sees."""

    epoch: int
    logs: dict[str, float]
    learning_rate: float


def run(case: Case) -> dict[str, Any]:
    """Play a path of validation losses to a callback and return what it did."""
    callback = getattr(callbacks, case["name"])(**case["settings"])
    memory, rate, kept, rates = callback.start(), 0.1, -1, []
    for epoch, value in enumerate(case["values"]):
        view = View(epoch, {"loss": 1.0, "val_loss": value}, rate)
        memory, actions = callback.on_epoch_end(view, memory)
        rate = next((a.value for a in actions if isinstance(a, SetLearningRate)), rate)
        kept = epoch if any(isinstance(a, KeepWeights) for a in actions) else kept
        rates.append(rate)
        stopped = any(isinstance(a, Stop) for a in actions)
        if stopped:
            break
    memory, ending = callback.on_end(view, memory)
    restored = next((a.epoch for a in ending if isinstance(a, RestoreWeights)), None)
    assert restored in (None, kept)
    return {"epochs": len(rates), "rates": rates, "restored": restored, "stopped": stopped}


@pytest.mark.parametrize("case", EVENTS, ids=title)
def test_callback_acts_as_in_keras(case: Case) -> None:
    mine = run(case)
    rates = mine.pop("rates")
    assert mine == {name: case[name] for name in mine}
    assert rates == pytest.approx(case["rates"], rel=1e-6)


def test_every_optimizer_is_compared() -> None:
    assert {c["name"] for c in CASES} == {r.KERAS for r in registry.records("optimizer")}
