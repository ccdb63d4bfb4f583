"""Figures of an evaluation, computed exactly over all rows, with the values that scikit-learn gives.

The classes of `engine.metrics` keep Keras' numbers (its AUC is an approximation over 200 thresholds); these are the
reported ones. `truth` and `guess` are class indices (rows,), `scores` probabilities (rows, classes).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of a ROC or precision-recall curve, one per different score; `area` under it."""

    x: Floats
    y: Floats
    thresholds: Floats
    area: float


def confusion(truth: Ints, guess: Ints, classes: int) -> Ints:
    """Return (classes, classes) counts: row = true class, column = predicted class."""
    return np.bincount(truth * classes + guess, minlength=classes * classes).reshape(classes, classes)


def binary_figures(truth: Ints, scores: Floats) -> dict[str, float]:
    """Return accuracy, precision, recall, f1 and auc of the second class; scores: (rows,), positive from 0.5 on."""
    table = confusion(truth, (scores > 0.5).astype(np.int64), 2)
    precision, recall = _share(table[1, 1], table[:, 1].sum()), _share(table[1, 1], table[1].sum())
    return {
        "accuracy": _share(table[0, 0] + table[1, 1], table.sum()),
        "precision": precision,
        "recall": recall,
        "f1": _harmonic(precision, recall),
        "auc": auc(truth == 1, scores),
    }


def multiclass_figures(truth: Ints, scores: Floats) -> dict[str, float]:
    """Return accuracy, f1_macro and auc_macro (one against the rest; NaN when a class has no row)."""
    classes = scores.shape[1]
    table = confusion(truth, scores.argmax(1).astype(np.int64), classes)
    areas = [auc(truth == k, scores[:, k]) for k in range(classes)]
    seen = [row["f1"] for row in per_class(table) if row["support"] or row["predicted"]]
    return {
        "accuracy": _share(int(np.trace(table)), table.sum()),
        "f1_macro": float(np.mean(seen)) if seen else 0.0,
        "auc_macro": float(np.mean(areas)),
    }


def regression_figures(truth: Floats, guess: Floats) -> dict[str, float]:
    """Return mae, rmse and r2 in the target's own unit; r2 is NaN when the truth does not vary."""
    error = guess - truth
    spread = float(np.sum((truth - truth.mean()) ** 2)) if len(truth) else 0.0
    return {
        "mae": float(np.mean(np.abs(error))),
        "rmse": float(np.sqrt(np.mean(error**2))),
        "r2": 1 - float(np.sum(error**2)) / spread if spread > 0 else float("nan"),
    }


def per_class(table: Ints) -> list[dict[str, float]]:
    """Return precision, recall, f1, support and predicted rows of each class of a confusion matrix."""
    rows = []
    for k in range(len(table)):
        right, support, predicted = table[k, k], table[k].sum(), table[:, k].sum()
        precision, recall = _share(right, predicted), _share(right, support)
        figures = {"precision": precision, "recall": recall, "f1": _harmonic(precision, recall)}
        rows.append(figures | {"support": float(support), "predicted": float(predicted)})
    return rows


def auc(positive: NDArray[np.bool_], scores: Floats) -> float:
    """Return the area under the ROC curve, ties counted half; NaN when one side has no row."""
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return float("nan")
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def roc(positive: NDArray[np.bool_], scores: Floats) -> Curve:
    """Return false positive rate (x) and true positive rate (y) from the strictest threshold to the loosest."""
    right, wrong, thresholds = _counts(positive, scores)
    x = np.concatenate([[0.0], wrong / max(1, int((~positive).sum()))])
    y = np.concatenate([[0.0], right / max(1, int(positive.sum()))])
    return Curve(x, y, np.concatenate([[np.inf], thresholds]), auc(positive, scores))


def precision_recall(positive: NDArray[np.bool_], scores: Floats) -> Curve:
    """Return recall (x) and precision (y) from the strictest threshold to the loosest; area: average precision."""
    right, wrong, thresholds = _counts(positive, scores)
    recall, precision = right / max(1, int(positive.sum())), right / np.maximum(right + wrong, 1)
    area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    return Curve(np.concatenate([[0.0], recall]), np.concatenate([[1.0], precision]), thresholds, area)


def _counts(positive: NDArray[np.bool_], scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Rows at or above each different score, descending: (positive ones, negative ones, scores)."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.flatnonzero(np.append(np.diff(ordered) != 0, True)) if len(ordered) else np.empty(0, np.int64)
    right = np.cumsum(positive[order])[last].astype(np.float64)
    return right, (last + 1 - right).astype(np.float64), ordered[last]


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0
