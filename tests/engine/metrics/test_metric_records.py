"""Metrics: states, edge cases of the exact figures, ways to name one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import metrics, ops, registry
from engine.errors import UsageError
from engine.metrics import exact


def test_batches_add_up_and_can_be_forgotten() -> None:
    metric = metrics.MeanAbsoluteError()
    metric.update_state([1.0, 2.0], [2.0, 4.0])
    metric.update_state([0.0], [0.0])
    assert metric.result() == pytest.approx(1.0)
    metric.reset_state()
    assert metric.result() == 0.0
    assert metric([1.0], [4.0]) == pytest.approx(3.0)


def test_names_and_configs() -> None:
    assert metrics.get("mae").name == "mean_absolute_error"
    assert metrics.AUC(name="area").name == "area"
    metric = metrics.AUC(num_thresholds=50, curve="PR")
    assert metrics.AUC.from_config(metric.get_config()).spec.num_thresholds == 50
    assert metrics.get(metric) is metric
    with pytest.raises(UsageError, match="There is no metric 'acuracy'"):
        metrics.get("acuracy")
    with pytest.raises(AttributeError):
        _ = metrics.Novel


def test_means_over_rows_lower_themselves_and_others_do_not() -> None:
    y, p = ops.input("y", (5, 3)), ops.input("p", (5, 3))
    for record in registry.records("metric"):
        truth = ops.input("c", (5,), "int32") if record.TARGET == "class" else y
        rows = record().build(truth, p)
        stateful = record.KERAS in ("Precision", "Recall", "F1Score", "AUC", "R2Score")
        assert (rows is None) is stateful
        assert rows is None or rows.shape == (5,)


@pytest.mark.parametrize(
    ("metric", "y", "p"),
    [("F1Score", (5,), (5,)), ("AUC", (5, 2), (4, 3)), ("R2Score", (5, 2), (5, 3)), ("Precision", (4,), (5,))],
)
def test_shapes_that_do_not_fit_are_sentences(metric: str, y: Any, p: Any) -> None:
    with pytest.raises(UsageError, match="needs"):
        getattr(metrics, metric)()(np.zeros(y, np.float32), np.zeros(p, np.float32))


def test_auc_of_one_class_alone_is_not_a_number() -> None:
    assert np.isnan(exact.roc_auc(np.ones(4), np.arange(4.0)))
    assert np.isnan(exact.auc_macro(np.zeros(3, int), np.full((3, 2), 0.5)))


def test_figures_without_rows_or_spread() -> None:
    none = np.zeros(0)
    assert np.isnan([exact.accuracy(none, none), exact.mae(none, none), exact.rmse(none, none)]).all()
    assert np.isnan([exact.r2(none, none), exact.r2(np.ones(1), np.ones(1)), exact.f1_macro(none, none)]).all()
    assert exact.r2(np.ones(3), np.ones(3)) == 1.0
    assert exact.r2(np.ones(3), np.zeros(3)) == 0.0
    assert exact.precision(np.zeros(3), np.zeros(3)) == exact.recall(np.zeros(3), np.zeros(3)) == 0.0


def test_curves_of_ties_have_one_point_per_score() -> None:
    curve = exact.roc_curve(np.array([0, 1, 0, 1]), np.array([0.5, 0.5, 0.5, 0.5]))
    assert (curve.x.tolist(), curve.y.tolist()) == ([0, 1], [0, 1])
    assert exact.roc_auc(np.array([0, 1, 0, 1]), np.full(4, 0.5)) == 0.5


LABELLED = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=40)


@given(LABELLED)
def test_auc_is_the_share_of_ordered_pairs(rows: list[tuple[bool, float]]) -> None:
    truth, scores = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    yes, no = scores[truth], scores[~truth]
    if len(yes) and len(no):
        pairs = (yes[:, None] > no).sum() + (yes[:, None] == no).sum() / 2
        assert exact.roc_auc(truth, scores) == pytest.approx(pairs / (len(yes) * len(no)))
