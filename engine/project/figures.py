"""The figures that are reported for each task, exact over all rows; `engine.metrics.exact` defines them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.metrics import exact

Array = NDArray[Any]


def class_figures(truth: Array, probabilities: Array) -> dict[str, float]:
    """Return the figures of a classification. truth: (rows,) class numbers; probabilities: (rows, classes)."""
    guess = decide(probabilities)
    if probabilities.shape[1] == 2:
        return {
            "accuracy": exact.accuracy(truth, guess),
            "precision": exact.precision(truth, guess),
            "recall": exact.recall(truth, guess),
            "f1": exact.f1(truth, guess),
            "auc": exact.roc_auc(truth, probabilities[:, 1]),
        }
    return {
        "accuracy": exact.accuracy(truth, guess),
        "f1_macro": exact.f1_macro(truth, guess),
        "auc_macro": exact.auc_macro(truth, probabilities),
    }


def number_figures(truth: Array, guess: Array) -> dict[str, float]:
    """Return the figures of a regression in the target's own unit."""
    return {"mae": exact.mae(truth, guess), "rmse": exact.rmse(truth, guess), "r2": exact.r2(truth, guess)}


def decide(probabilities: Array) -> NDArray[np.int64]:
    """Return the most probable class of each row, the first of equals."""
    return np.asarray(probabilities.argmax(1), np.int64)


def per_class(confusion: Array) -> list[dict[str, float]]:
    """Return precision, recall, f1, support (true rows) and predicted (rows) of each class of a confusion matrix."""
    rows = []
    for k in range(len(confusion)):
        right, support, predicted = confusion[k, k], confusion[k].sum(), confusion[:, k].sum()
        shares = _share(right, predicted), _share(right, support), _share(2 * right, support + predicted)
        named = dict(zip(("precision", "recall", "f1"), shares, strict=True))
        rows.append(named | {"support": float(support), "predicted": float(predicted)})
    return rows


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
