"""Norms of the gradients: those of the last batch of each epoch, layer by layer, on every plan, and after a resume."""

from typing import Any

import numpy as np
import pytest

from engine import layers, optimizers, registry
from engine.model import Input, Model, Sequential
from engine.training.spread import BINS, MOST, spread
from tests.engine.training import runs


def rows(count: int = 64) -> tuple[Any, Any]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((count, 5)).astype("f"), rng.integers(0, 3, count)


def stack() -> Sequential:
    stacked = [Input((5,)), layers.Dense(7, "tanh"), layers.BatchNormalization(), layers.Dense(3, "softmax")]
    return Sequential(stacked, seed=2)


def by_differences(model: Model, x: Any, y: Any, node: str, eps: float = 1e-6) -> float:
    """Return the norm of the central differences of the loss by all trained weights of one layer."""
    parameters, squares = model.parameters, 0.0
    for start, stop in (parameters.layout.layers[node],):
        for i in range(start, stop):
            losses = []
            for sign in (1, -1):
                parameters.flat[i] += sign * eps
                losses.append(model.evaluate(x, y, batch_size=len(x), verbose=0))
                parameters.flat[i] -= sign * eps
            squares += ((losses[0] - losses[1]) / (2 * eps)) ** 2
    return float(np.sqrt(squares))


def test_norms_agree_with_central_differences() -> None:
    x, y = rows()
    model = Sequential([Input((5,)), layers.Dense(7, "tanh"), layers.Dense(3, "softmax")], seed=2)
    model.compile("sgd", "sparse_categorical_crossentropy", dtype="float64")
    expected = [by_differences(model, x, y, node) for node in ("n2", "n3")]
    run = model.train(x, y, batch_size=64, epochs=1, shuffle=False)
    list(run)
    assert tuple(run.parameters.layout.layers) == ("n2", "n3")
    np.testing.assert_allclose(run.history.norms[0], expected, rtol=1e-5)


@pytest.mark.parametrize("name", [record.KERAS for record in registry.records("optimizer")])
def test_no_optimizer_changes_the_gradient_that_is_measured(name: str) -> None:
    x, y = rows()
    first = {}
    for optimizer in ("SGD", name):
        model = stack()
        model.compile(getattr(optimizers, optimizer)(0.01), "sparse_categorical_crossentropy")
        run = model.train(x, y, batch_size=64, epochs=1)
        list(run)
        first[optimizer] = run.history.norms[0]
    assert (first["SGD"] > 0).all()
    np.testing.assert_array_equal(first[name], first["SGD"])


def test_norms_are_those_after_clipping_and_frozen_layers_have_none() -> None:
    x, y = rows()
    model = stack()
    model.layers[0].trainable = False
    model.compile(optimizers.SGD(0.01, global_clipnorm=1e-3), "sparse_categorical_crossentropy")
    run = model.train(x, y, batch_size=16, epochs=3)
    list(run)
    table = run.history.norm_table(2)
    assert table.shape == (3, 2)
    np.testing.assert_allclose(np.sqrt(np.square(table).sum(1)), 1e-3, rtol=1e-4)


def test_several_shards_add_their_gradients_up_before_they_are_measured() -> None:
    x, y = rows(4096)
    found = []
    for cores in (1, 2):
        model = Sequential([Input((5,)), layers.Dense(512, "tanh"), layers.Dense(3, "softmax")], seed=2)
        model.compile("sgd", "sparse_categorical_crossentropy", cores=cores)
        run = model.train(x, y, batch_size=4096, epochs=1)
        list(run)
        found.append((run.plan.shards, run.history.norms[0]))
    assert [shards for shards, _ in found] == [1, 2]
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-4)


def test_a_resumed_run_has_the_norms_of_one_that_was_never_stopped() -> None:
    whole = runs.training(runs.model(), epochs=4)
    list(whole)
    model = runs.model()
    part = runs.training(model, epochs=4)
    for _ in range(runs.BATCHES + 4):
        next(part)
    part.close()
    rest = runs.training(runs.model(), part.state(), epochs=4)
    list(rest)
    width = len(whole.parameters.layout.layers)
    assert whole.history.norm_table(width).tobytes() == rest.history.norm_table(width).tobytes()


def test_the_last_look_comes_every_hundred_batches_of_a_long_epoch() -> None:
    x, y = rows(130)
    model = stack()
    model.compile("sgd", "sparse_categorical_crossentropy")
    run = model.train(x, y, batch_size=1, epochs=1)
    seen = [run.norms for report in run if report.kind == "batch"]
    assert seen[98] is None
    assert seen[99] is not None
    assert seen[99] is seen[100]


def test_layers_inside_of_a_group_have_a_place_of_their_own() -> None:
    x, y = rows()
    inner = Sequential([Input((5,)), layers.Dense(4), layers.Dense(6)])
    outer = Sequential([Input((5,)), inner, layers.Dense(3, "softmax")])
    outer.compile("sgd", "sparse_categorical_crossentropy")
    run = outer.train(x, y, batch_size=32, epochs=1)
    list(run)
    assert tuple(run.parameters.layout.layers) == ("n2/n2", "n2/n3", "n3")
    assert (run.history.norms[0] > 0).all()


def test_spreads_are_histograms_of_the_trained_weights() -> None:
    x, y = rows()
    model = stack()
    model.compile("sgd", "sparse_categorical_crossentropy")
    run = model.train(x, y, batch_size=16, epochs=2)
    list(run)
    assert run.spreads == ()
    run = model.train(x, y, batch_size=16, epochs=1)
    run.watch_weights = True
    list(run)
    for (start, stop), found in zip(run.parameters.layout.layers.values(), run.spreads, strict=True):
        weights = run.parameters.flat[start:stop]
        counts, edges = np.histogram(weights, BINS)
        assert found == (edges[0], edges[-1], tuple(counts))
    assert len(run.spreads) == 3
    assert spread(np.array([np.nan, np.inf])) == (0.0, 0.0, (0,) * BINS)
    assert sum(spread(np.array([1.0, np.nan, 2.0])).counts) == 2
    many = np.random.default_rng(0).standard_normal(3 * MOST)
    assert sum(spread(many).counts) == MOST
    np.testing.assert_allclose(spread(many).counts, np.histogram(many[::3], BINS)[0])
