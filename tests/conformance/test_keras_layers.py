"""Layers against Keras: outputs, gradients and moving statistics, in both floating types."""

from typing import Any

import numpy as np
import pytest

from engine import layers, ops, registry
from engine.compiler.gradient import gradient
from engine.ir.interpret import evaluate
from engine.layers.handle import Eager
from tests.conformance.oracle import Case, cases, close, narrow, title, typed

CASES = cases("layers")
BOTH = pytest.mark.parametrize("dtype", ["float32", "float64"])
EACH = pytest.mark.parametrize("case", CASES, ids=title)


def made(case: Case) -> Any:
    return getattr(layers, case["name"])(**case["settings"])


@BOTH
@EACH
def test_output_equals_keras(case: Case, dtype: str) -> None:
    layer = made(case)
    inputs = [typed(x, dtype) for x in case["inputs"]]
    layer.build([x.shape for x in inputs] if len(inputs) > 1 else inputs[0].shape)
    layer.set_weights(case["weights"])
    for variable, value in zip(layer.weights, case["weights"], strict=True):
        variable.point(np.asarray(value))
    out = layer(inputs if len(inputs) > 1 else inputs[0], training=case["training"])
    close(out, case["output"], dtype if dtype == out.dtype or out.dtype.kind == "i" else "float32")


@EACH
def test_gradients_and_state_equal_keras(case: Case) -> None:
    spec = registry.named("layer", case["name"])(**case["settings"])
    inputs = [typed(x, "float64") for x in case["inputs"]]
    names = [w.name for w in spec.weights(tuple(x.shape[1:] for x in inputs))]
    trained = [w.name for w in spec.weights(tuple(x.shape[1:] for x in inputs)) if w.trainable]
    x = [ops.input(f"x{i}", a.shape, a.dtype.name) for i, a in enumerate(inputs)]
    given = dict(zip(names, (np.asarray(w, np.float64) for w in case["weights"]), strict=True))
    w = {name: ops.input(name, a.shape, "float64") for name, a in given.items()}
    context = Eager("n1", 5, "float64", case["training"])
    y = spec.build(context, *x, **w)
    seed = ops.input("seed", y.shape, "float64")
    floats = [v for v in x if v.is_float]
    wrt = [*floats, *(w[n] for n in trained)]
    roots = gradient([(y, seed)], wrt) if y.is_float else []
    feed = dict(zip(x, inputs, strict=True)) | {w[n]: a for n, a in given.items()} | {seed: np.asarray(case["seed"])}
    done = evaluate([y, *roots, *context.updates.values()], feed)
    for root, theirs in zip(roots, case["input_gradients"] + case["weight_gradients"], strict=True):
        close(done[root], theirs, "float32" if narrow(case["output"]) else "float64")
    if context.updates:
        assert list(context.updates) == [n for n in names if n not in trained]
        for value, theirs in zip(context.updates.values(), case["state"], strict=True):
            close(done[value], theirs, "float64")


def test_every_layer_is_compared() -> None:
    apart = {"Input", "Model"}
    assert {c["name"] for c in CASES} == {r.KERAS for r in registry.records("layer")} - apart
