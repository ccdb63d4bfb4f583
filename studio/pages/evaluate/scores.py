"""What the Evaluate page computes for its pictures: per-class scores, and residuals with their histogram."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.project import figures

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
    scores = figures.per_class(confusion)
    return tuple(
        ClassScore(name, row["precision"], row["recall"], row["f1"], int(row["support"]))
        for name, row in zip(names, scores, strict=True)
    )


def macro(scores: tuple[ClassScore, ...], name: str) -> ClassScore:
    """Return the plain mean over the classes, and all rows."""
    precision, recall, f1 = np.mean([(s.precision, s.recall, s.f1) for s in scores], axis=0).tolist()
    return ClassScore(name, precision, recall, f1, sum(s.rows for s in scores))


def worst(scores: tuple[ClassScore, ...]) -> ClassScore | None:
    """Return the class with rows that has the smallest F1; None when all are perfect."""
    present = [s for s in scores if s.rows]
    low = min(present, key=lambda s: s.f1, default=None)
    return None if low is None or low.f1 == 1.0 else low


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
