"""Losses: names, reductions, shapes that nearly fit."""

import numpy as np
import pytest

from engine import losses, ops, registry
from engine.errors import UsageError
from engine.losses.regression import MeanSquaredError


def test_losses_are_found_by_the_names_people_use() -> None:
    for name in ("mse", "MSE", "mean_squared_error", "MeanSquaredError"):
        assert losses.get(name) == MeanSquaredError()
    assert losses.get("sparse_categorical_crossentropy").TARGET == "class"
    assert losses.get({"id": "loss.huber/1", "delta": 2.0}).source("losses.") == "losses.Huber(delta=2.0)"
    with pytest.raises(UsageError, match="There is no loss 'msee'"):
        losses.get("msee")
    with pytest.raises(AttributeError):
        _ = losses.Novel


def test_functions_give_one_loss_per_row() -> None:
    np.testing.assert_allclose(losses.mse([[0.0, 1.0], [2.0, 2.0]], [[1.0, 1.0], [0.0, 0.0]]), [0.5, 4.0])
    np.testing.assert_allclose(losses.huber([[0.0]], [[3.0]], delta=2.0), [4.0])


def test_reductions() -> None:
    y, p = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    assert losses.MeanSquaredError(reduction="sum")(y, p) == 2.0
    assert losses.MeanSquaredError(reduction=None)(y, p).shape == (2,)
    assert losses.MeanSquaredError()(y, p, [1.0, 3.0]) == 2.0
    with pytest.raises(UsageError, match="reduction must be one of"):
        losses.MeanSquaredError(reduction="median")


def test_a_missing_last_axis_is_evened_out() -> None:
    assert losses.MeanSquaredError()([1.0, 2.0], [[1.0], [4.0]]) == 2.0
    assert losses.BinaryCrossentropy()([1, 0], [[0.5], [0.5]]) == pytest.approx(np.log(2))


def test_every_loss_gives_one_number_per_row_of_any_rank() -> None:
    for record in registry.records("loss"):
        for shape in ((5, 4), (5, 3, 4)):
            p = ops.input("p", shape)
            y = ops.input("y", shape[:-1], "int32") if record.TARGET == "class" else ops.input("y", shape)
            assert record().build(y, p).shape == (5,)


def test_probabilities_of_0_give_a_finite_loss() -> None:
    assert losses.BinaryCrossentropy()([[1.0]], [[0.0]]) == pytest.approx(16.118, rel=1e-3)
    assert losses.SparseCategoricalCrossentropy()([0], [[0.0, 1.0]]) == pytest.approx(16.118, rel=1e-3)
