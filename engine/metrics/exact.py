"""The figures that are reported after a fit, exact over all rows, as scikit-learn defines them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Curve:
    """Points of a curve, one per distinct score and an end point, with the thresholds they belong to."""

    x: Array
    y: Array
    thresholds: Array


def confusion(truth: Array, predicted: Array, classes: int) -> Array:
    """Return counts, (classes, classes): row = true class, column = predicted class."""
    flat = np.asarray(truth, np.int64).ravel() * classes + np.asarray(predicted, np.int64).ravel()
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


def accuracy(truth: Array, predicted: Array) -> float:
    """Return the share of equal entries; nan without rows."""
    same = np.asarray(truth).ravel() == np.asarray(predicted).ravel()
    return float(same.mean()) if same.size else float("nan")


def precision(truth: Array, predicted: Array, positive: int = 1) -> float:
    """Return true positives over predicted positives, 0 if there are none."""
    yes, right = np.asarray(predicted).ravel() == positive, np.asarray(truth).ravel() == positive
    return _ratio((yes & right).sum(), yes.sum())


def recall(truth: Array, predicted: Array, positive: int = 1) -> float:
    """Return true positives over positives, 0 if there are none."""
    yes, right = np.asarray(predicted).ravel() == positive, np.asarray(truth).ravel() == positive
    return _ratio((yes & right).sum(), right.sum())


def f1(truth: Array, predicted: Array, positive: int = 1) -> float:
    """Return the harmonic mean of precision and recall of a class, 0 if it never occurs."""
    yes, right = np.asarray(predicted).ravel() == positive, np.asarray(truth).ravel() == positive
    return _ratio(2 * (yes & right).sum(), yes.sum() + right.sum())


def f1_macro(truth: Array, predicted: Array) -> float:
    """Return the mean of the F1 scores of all classes that are true or predicted somewhere; nan without rows."""
    labels = np.union1d(np.asarray(truth).ravel(), np.asarray(predicted).ravel())
    return float(np.mean([f1(truth, predicted, int(c)) for c in labels])) if labels.size else float("nan")


def roc_curve(truth: Array, scores: Array) -> Curve:
    """Return (false positive rate, true positive rate) for falling thresholds, from (0, 0) to (1, 1).

    truth: 0 or 1. A rate of a class that does not occur is nan.
    """
    tp, fp, thresholds = _steps(truth, scores)
    return Curve(_share(np.r_[0, fp]), _share(np.r_[0, tp]), np.r_[np.inf, thresholds])


def pr_curve(truth: Array, scores: Array) -> Curve:
    """Return (recall, precision) for rising thresholds; the last point is (0, 1). Without a positive, recall is 1."""
    tp, fp, thresholds = _steps(truth, scores)
    found = tp / tp[-1] if tp.size and tp[-1] else np.ones_like(tp)
    return Curve(np.r_[found[::-1], 0.0], np.r_[(tp / (tp + fp))[::-1], 1.0], thresholds[::-1])


def roc_auc(truth: Array, scores: Array) -> float:
    """Return the probability that a yes scores above a no, ties counting half; nan unless both occur. truth: 0 or 1."""
    curve = roc_curve(truth, scores)
    return float(np.trapezoid(curve.y, curve.x))


def auc_macro(truth: Array, probabilities: Array) -> float:
    """Return the mean over classes of the one-against-rest AUC. truth: (rows,) class numbers; probabilities: (rows,
    classes). nan unless each class is both there and not there; scikit-learn raises then."""
    labels = np.asarray(truth).ravel()
    return float(np.mean([roc_auc(labels == c, probabilities[:, c]) for c in range(probabilities.shape[1])]))


def mae(truth: Array, predicted: Array) -> float:
    """Return the mean absolute error; nan without rows."""
    error = _error(truth, predicted)
    return float(np.abs(error).mean()) if error.size else float("nan")


def rmse(truth: Array, predicted: Array) -> float:
    """Return the root mean squared error; nan without rows."""
    error = _error(truth, predicted)
    return float(np.sqrt(np.square(error).mean())) if error.size else float("nan")


def r2(truth: Array, predicted: Array) -> float:
    """Return the coefficient of determination: for a constant truth 1 or 0, for fewer than two rows nan."""
    wide = np.asarray(truth, np.float64).ravel()
    if wide.size < 2:
        return float("nan")
    residual, total = np.square(_error(truth, predicted)).sum(), np.square(wide - wide.mean()).sum()
    return float(1 - residual / total) if total else float(residual == 0)


def _error(truth: Array, predicted: Array) -> Array:
    return np.asarray(predicted, np.float64).ravel() - np.asarray(truth, np.float64).ravel()


def _ratio(a: Any, b: Any) -> float:
    return float(a / b) if b else 0.0


def _share(counts: Array) -> Array:
    return counts / counts[-1] if counts[-1] else np.full(counts.shape, np.nan)


def _steps(truth: Array, scores: Array) -> tuple[Array, Array, Array]:
    """Return true and false positives at each distinct score, from the largest down, and those scores."""
    flat = np.asarray(scores, np.float64).ravel()
    order = np.argsort(-flat, kind="stable")
    ordered, hits = flat[order], np.asarray(truth).ravel()[order].astype(np.float64)
    last = np.flatnonzero(np.r_[np.diff(ordered) != 0, np.full(min(1, flat.size), True)])
    tp = np.cumsum(hits)[last]
    return tp, last + 1 - tp, ordered[last]
