"""Per-class scores and residuals against numbers worked out by hand."""

import numpy as np
import pytest

from engine.project.evaluation import Evaluation
from studio.pages.evaluate.cards import Metric, MetricCard, metrics_of
from studio.pages.evaluate.scores import class_scores, macro, residuals, worst
from studio.widgets import Label

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


def test_residuals_are_centred_on_zero() -> None:
    found = residuals(np.array([1.0, 2.0, 4.0]), np.array([[1.0], [2.0], [1.0]]))
    np.testing.assert_array_equal(found.values, [0, 0, 3])
    assert found.edges[0] == -found.edges[-1] == -3.0
    assert found.counts.sum() == 3
    assert found.mean == 1.0


def test_residuals_of_a_perfect_model() -> None:
    assert residuals(np.ones(3), np.ones(3)).counts.sum() == 3


def test_a_figure_says_its_meaning_its_change_or_that_there_is_none(themed: object) -> None:
    def words(metric: Metric) -> list[str]:
        return [label.full_text() for label in MetricCard(metric).findChildren(Label) if label.full_text()]

    assert "rows that are right" in words(Metric("accuracy", 0.9))
    assert {"+0.020", "vs Run 1"} <= set(words(Metric("accuracy", 0.9, None, 0.02, "Run 1")))
    assert "as Run 1" in words(Metric("auc", 1.0, None, -0.0001, "Run 1"))
    assert "Precision of nein" in words(Metric("precision", 0.9, yes="nein"))


def test_figures_of_two_classes_say_which_one_they_ask_for() -> None:
    shown = {"loss": 0.1, "accuracy": 0.9, "precision": 0.8, "f1": 0.7}
    two = Evaluation(
        "test", "churn", "binary", ("ja", "nein"), shown, np.arange(2), np.array([0, 1]), np.array([0, 1]),
        np.eye(2), np.zeros(2), np.eye(2),
    )  # fmt: skip
    assert {m.name: m.yes for m in metrics_of(two, None, "")} == {
        "accuracy": "", "precision": "nein", "f1": "nein", "loss": "",
    }  # fmt: skip
