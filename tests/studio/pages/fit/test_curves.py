"""Curves of a run from its history rows."""

import numpy as np

from studio.pages.fit.curves import RunCurves

ROWS = [
    {
        "epoch": 0,
        "loss": 1.0,
        "accuracy": 0.5,
        "val_loss": 0.9,
        "val_accuracy": 0.6,
        "learning_rate": 0.1,
        "seconds": 1.0,
    },
    {
        "epoch": 1,
        "loss": 0.5,
        "accuracy": 0.7,
        "val_loss": 0.4,
        "val_accuracy": 0.8,
        "learning_rate": 0.1,
        "seconds": 1.0,
    },
    {
        "epoch": 2,
        "loss": 0.4,
        "accuracy": 0.8,
        "val_loss": 0.6,
        "val_accuracy": 0.7,
        "learning_rate": 0.1,
        "seconds": 1.0,
    },
]


def test_rows_become_series_over_epochs_from_one() -> None:
    train, validation = RunCurves(ROWS).pair("loss")
    np.testing.assert_array_equal(train.x, [1, 2, 3])
    np.testing.assert_array_equal(validation.y, [0.9, 0.4, 0.6])
    assert RunCurves(ROWS).metrics == ("accuracy",)


def test_extending_takes_only_new_rows() -> None:
    curves = RunCurves(ROWS[:1])
    assert curves.extend(ROWS) == 2
    assert curves.extend(ROWS) == 0
    assert len(curves.pair("accuracy")[0]) == 3


def test_best_is_the_lowest_validation_loss_or_the_loss() -> None:
    assert RunCurves(ROWS).best == (2, 0.4)
    assert RunCurves([{"epoch": 0, "loss": 3.0}, {"epoch": 1, "loss": float("nan")}]).best == (1, 3.0)
    assert RunCurves().best is None


def test_the_first_epoch_is_drawn_by_batches_until_two_epochs_are_done() -> None:
    curves = RunCurves()
    for share in (0.25, 0.5, 0.5, 0.75):
        curves.add_batch(0, share, 1 - share)
    np.testing.assert_array_equal(curves.pair("loss")[0].x, [0.25, 0.5, 0.75])
    curves.extend(ROWS)
    np.testing.assert_array_equal(curves.pair("loss")[0].x, [1, 2, 3])
