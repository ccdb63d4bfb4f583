"""Metrics against Keras, fed in three batches, with and without sample weights; the reported figures against
scikit-learn."""

import numpy as np
import pytest

from engine import metrics, registry
from engine.metrics import exact
from tests.conformance.oracle import Case, cases, close, title, typed

CASES = cases("metrics")
REPORTED = cases("reported")
MEANS = {"float32": "float32", "float64": "mixed"}
"""Keras takes means in float32, whatever it is given."""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=title)
def test_metric_equals_keras(case: Case, dtype: str) -> None:
    metric, weighted = (getattr(metrics, case["name"])(**case["settings"]) for _ in range(2))
    for batch in case["batches"]:
        y, p = typed(batch["y_true"], dtype), typed(batch["y_pred"], dtype)
        metric.update_state(y, p)
        weighted.update_state(y, p, np.asarray(batch["weight"]).reshape(len(y)))
    close(metric.result(), case["result"], MEANS[dtype])
    close(weighted.result(), case["weighted"], MEANS[dtype])


@pytest.mark.parametrize("case", REPORTED, ids=lambda c: f"{len(c['truth'])} rows")
def test_reported_figures_equal_scikit_learn(case: Case) -> None:
    truth, scores, labels = (np.asarray(case[n]) for n in ("truth", "scores", "labels"))
    chances, numbers, answers = (np.asarray(case[n]) for n in ("chances", "numbers", "answers"))
    yes, guess = (scores > 0.5).astype(int), chances.argmax(1)
    mine = {
        "roc_auc": exact.roc_auc(truth, scores), "precision": exact.precision(truth, yes), "f1": exact.f1(truth, yes),
        "recall": exact.recall(truth, yes), "f1_macro": exact.f1_macro(labels, guess),
        "auc_macro": exact.auc_macro(labels, chances), "accuracy": exact.accuracy(labels, guess),
        "r2": exact.r2(numbers, answers), "mae": exact.mae(numbers, answers), "rmse": exact.rmse(numbers, answers),
    }  # fmt: skip
    assert mine == pytest.approx({name: case[name] for name in mine}, rel=1e-11)
    assert exact.confusion(labels, guess, 4).tolist() == case["confusion"]


@pytest.mark.parametrize("case", REPORTED, ids=lambda c: f"{len(c['truth'])} rows")
def test_curves_equal_scikit_learn(case: Case) -> None:
    truth, scores = np.asarray(case["truth"]), np.asarray(case["scores"])
    roc, pr = exact.roc_curve(truth, scores), exact.pr_curve(truth, scores)
    np.testing.assert_allclose([roc.x, roc.y], case["roc"], atol=1e-12)
    np.testing.assert_allclose([pr.x, pr.y], case["pr"], atol=1e-12)


def test_every_metric_is_compared() -> None:
    assert {c["name"] for c in CASES} == {r.KERAS for r in registry.records("metric")}
