"""What the Evaluate page computes for its pictures: per-class scores, curve points, residuals and their histogram."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One line of the per-class table. Scores are 0 where nothing was predicted or nothing was there."""

    name: str
    precision: float
    recall: float
    f1: float
    rows: int


def class_scores(confusion: Ints, names: tuple[str, ...]) -> tuple[ClassScore, ...]:
    """Return one score per class from a confusion matrix (rows: true class, columns: predicted class)."""
    hits = np.diagonal(confusion).astype(float)
    precision, recall = _ratio(hits, confusion.sum(0)), _ratio(hits, confusion.sum(1))
    f1 = _ratio(2 * precision * recall, precision + recall)
    rows = confusion.sum(1)
    return tuple(
        ClassScore(n, float(precision[i]), float(recall[i]), float(f1[i]), int(rows[i])) for i, n in enumerate(names)
    )


def macro(scores: tuple[ClassScore, ...], name: str) -> ClassScore:
    """Return the plain mean over the classes, and all rows."""
    means = np.mean([(s.precision, s.recall, s.f1) for s in scores], axis=0)
    return ClassScore(name, *(float(m) for m in means), sum(s.rows for s in scores))


def worst(scores: tuple[ClassScore, ...]) -> ClassScore | None:
    """Return the class with rows that has the smallest F1; None when all are perfect."""
    present = [s for s in scores if s.rows]
    low = min(present, key=lambda s: s.f1, default=None)
    return None if low is None or low.f1 == 1.0 else low


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve of one class: points and the area or average under it."""

    name: str
    x: Floats
    y: Floats
    area: float


def roc_curve(name: str, positive: NDArray[np.bool_], score: Floats) -> Curve | None:
    """Return false positive rate against true positive rate over all thresholds; None with one class only.

    Rows with equal scores change sides together, so the area is the exact one (trapezoids).
    """
    hits, others = _counts(positive, score)
    if not hits[-1] or not others[-1]:
        return None
    x, y = np.append(0.0, others / others[-1]), np.append(0.0, hits / hits[-1])
    return Curve(name, x, y, float(np.trapezoid(y, x)))


def precision_recall_curve(name: str, positive: NDArray[np.bool_], score: Floats) -> Curve | None:
    """Return recall against precision over all thresholds with the average precision; None without positives."""
    hits, others = _counts(positive, score)
    if not hits[-1]:
        return None
    recall, precision = hits / hits[-1], hits / (hits + others)
    average = float(np.sum(np.diff(np.append(0.0, recall)) * precision))
    return Curve(name, np.append(0.0, recall), np.append(1.0, precision), average)


def _counts(positive: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats]:
    """Return true and false positives at each distinct score, from the highest down."""
    order = np.argsort(-score, kind="stable")
    ranked, flags = score[order], positive[order].astype(float)
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    hits = np.cumsum(flags)[last]
    return hits, last + 1.0 - hits


@dataclass(frozen=True, slots=True)
class Residuals:
    """Truth minus prediction in the target's own unit, with the counts of a histogram."""

    values: Floats
    counts: Ints
    edges: Floats

    @property
    def mean(self) -> float:
        """The mean residual: 0 when the model errs to neither side."""
        return float(self.values.mean())


def residuals(truth: Floats, predicted: Floats, bins: int = 24) -> Residuals:
    """Return the residuals and a histogram that is symmetric around 0, so that a bias shows as a shift."""
    values = np.asarray(truth, np.float64).ravel() - np.asarray(predicted, np.float64).ravel()
    reach = float(np.abs(values).max(initial=0.0)) or 1.0
    counts, edges = np.histogram(values, bins=bins, range=(-reach, reach))
    return Residuals(values, counts.astype(np.int64), edges)


def _ratio(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Floats:
    whole_ = np.asarray(whole, np.float64)
    return np.divide(part, whole_, out=np.zeros(len(whole_)), where=whole_ > 0)
