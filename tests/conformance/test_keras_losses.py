"""Losses, regularizers and constraints against Keras: values, gradients, sample weights."""

import numpy as np
import pytest

from engine import constraints, losses, ops, registry, regularizers
from engine.compiler.gradient import gradient
from engine.ir.interpret import evaluate
from tests.conformance.oracle import Case, cases, close, title, typed

CASES = cases("losses")
EACH = pytest.mark.parametrize("case", CASES, ids=title)
PENALTIES = [c for c in cases("weights") if c["kind"] == "regularizers"]
LIMITS = [c for c in cases("weights") if c["kind"] == "constraints"]
MEANS = {"float32": "float32", "float64": "mixed"}
"""Keras takes means in float32, whatever it is given."""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@EACH
def test_loss_equals_keras(case: Case, dtype: str) -> None:
    loss = getattr(losses, case["name"])(**case["settings"])
    y, p = typed(case["y_true"], dtype), typed(case["y_pred"], dtype)
    close(loss(y, p), case["loss"], MEANS[dtype])
    weight = np.asarray(case["weight"]).reshape(len(y))
    close(loss(y, p, weight), case["weighted"], MEANS[dtype])


@EACH
def test_gradient_equals_keras(case: Case) -> None:
    spec = registry.named("loss", case["name"])(**case["settings"])
    truth, output = typed(case["y_true"], "float64"), typed(case["y_pred"], "float64")
    y, p = (ops.input(n, a.shape, a.dtype.name) for n, a in (("y", truth), ("p", output)))
    rows = spec.build(y, p)
    assert rows.shape == (len(output),)
    each = np.asarray(case["loss"])
    scale = (
        1.0
        if case["settings"].get("reduction", "") == "sum"
        else each.size / len(output)
        if each.ndim
        else 1 / len(output)
    )
    (root,) = gradient([(rows, scale)], [p])
    close(evaluate([root], {y: truth, p: output})[root], case["gradient"], "mixed")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", PENALTIES, ids=title)
def test_penalty_equals_keras(case: Case, dtype: str) -> None:
    close(getattr(regularizers, case["name"])(**case["settings"])(typed(case["w"], dtype)), case["result"], dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", LIMITS, ids=title)
def test_constraint_equals_keras(case: Case, dtype: str) -> None:
    close(getattr(constraints, case["name"])(**case["settings"])(typed(case["w"], dtype)), case["result"], dtype)


def test_every_loss_penalty_and_constraint_is_compared() -> None:
    for kind, group in (("loss", CASES), ("regularizer", PENALTIES), ("constraint", LIMITS)):
        assert {c["name"] for c in group} == {r.KERAS for r in registry.records(kind)}
