"""Activations against Keras: values and gradients."""

import numpy as np
import pytest

from engine import activations, ops, registry
from engine.compiler.gradient import gradient
from engine.ir.interpret import evaluate
from engine.specs import snake
from tests.conformance.oracle import Case, cases, close, title, typed

CASES = cases("activations")
EACH = pytest.mark.parametrize("case", CASES, ids=title)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@EACH
def test_value_equals_keras(case: Case, dtype: str) -> None:
    y = getattr(activations, case["name"])(typed(case["x"], dtype), **case["settings"])
    assert y.dtype == dtype
    close(y, case["y"], dtype)


@EACH
def test_gradient_equals_keras(case: Case) -> None:
    array = np.asarray(case["x"])
    x, seed = (ops.input(n, array.shape, "float64") for n in ("x", "seed"))
    y = registry.named("activation", case["name"])(**case["settings"]).build(x)
    (root,) = gradient([(y, seed)], [x])
    close(evaluate([root], {x: array, seed: np.asarray(case["seed"])})[root], case["gradient"], "float64")


def test_every_activation_is_compared() -> None:
    compared = {snake(registry.named("activation", c["name"]).KERAS) for c in CASES}
    assert compared == set(activations.names())
