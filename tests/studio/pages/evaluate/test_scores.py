"""Per-class scores, curves and residuals against numbers worked out by hand."""

import numpy as np
import pytest

from studio.pages.evaluate.scores import class_scores, macro, precision_recall_curve, residuals, roc_curve, worst

CONFUSION = np.array([[8, 2, 0], [1, 9, 0], [0, 0, 0]])


def test_class_scores() -> None:
    a, b, c = class_scores(CONFUSION, ("a", "b", "c"))
    assert (a.precision, a.recall, a.rows) == (pytest.approx(8 / 9), 0.8, 10)
    assert b.f1 == pytest.approx(2 * (9 / 11) * 0.9 / (9 / 11 + 0.9))
    assert (c.precision, c.recall, c.f1, c.rows) == (0.0, 0.0, 0.0, 0)


def test_macro_and_worst() -> None:
    scores = class_scores(CONFUSION, ("a", "b", "c"))
    assert macro(scores, "Macro mean").recall == pytest.approx((0.8 + 0.9 + 0) / 3)
    assert macro(scores, "Macro mean").rows == 20
    assert worst(scores) is scores[0]
    assert worst(class_scores(np.eye(2, dtype=int), ("a", "b"))) is None


def test_roc_area_counts_ordered_pairs() -> None:
    rng = np.random.default_rng(0)
    score, positive = rng.integers(0, 8, 60).astype(float), rng.random(60) < 0.4
    pairs = [(p > n) + 0.5 * (p == n) for p in score[positive] for n in score[~positive]]
    curve = roc_curve("a", positive, score)
    assert curve is not None
    assert curve.area == pytest.approx(np.mean(pairs))
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_a_single_class_has_no_roc_curve() -> None:
    assert roc_curve("a", np.ones(4, bool), np.arange(4.0)) is None
    assert precision_recall_curve("a", np.zeros(4, bool), np.arange(4.0)) is None


def test_precision_recall() -> None:
    curve = precision_recall_curve("a", np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1]))
    assert curve is not None
    np.testing.assert_allclose(curve.x, [0, 0.5, 0.5, 1, 1])
    np.testing.assert_allclose(curve.y, [1, 1, 0.5, 2 / 3, 0.5])
    assert curve.area == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_residuals_are_centred_on_zero() -> None:
    found = residuals(np.array([1.0, 2.0, 4.0]), np.array([[1.0], [2.0], [1.0]]))
    np.testing.assert_array_equal(found.values, [0, 0, 3])
    assert found.edges[0] == -found.edges[-1] == -3.0
    assert found.counts.sum() == 3
    assert found.mean == 1.0


def test_residuals_of_a_perfect_model() -> None:
    assert residuals(np.ones(3), np.ones(3)).counts.sum() == 3
