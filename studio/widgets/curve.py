"""What curves are made of: values, markers, the view onto them, and drawing lines from one array."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

from studio.widgets.series import Array

DASHES: tuple[tuple[float, ...], ...] = ((), (6, 3), (2, 3), (8, 3, 2, 3))
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """One series: values, colour token, width, dash (index into DASHES), and a label at its end.

    faint: drawn as a light tint (the raw curve under a smoothed one). name: what the cursor calls it, the label if
    empty. told: the values that the cursor tells, where those that are drawn are smoothed.
    """

    x: Any
    y: Any
    color: str = "plot.0"
    width: float = 1.5
    dash: int = 0
    label: str = ""
    faint: bool = False
    name: str = ""
    told: Any = None


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line with a label (best epoch, a change of learning rate); with y also a point on the curve.

    solid: where something is; dashed: where something changes.
    """

    x: float
    label: str = ""
    color: str = "success.fill"
    y: float | None = None
    solid: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What is seen: spans of x and (for log, the logarithm of) y, and the pixels that they take."""

    x: Span
    y: Span
    area: QRectF

    def at(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return pixels of points."""
        area = self.area
        across = area.left() + (x - self.x[0]) / (self.x[1] - self.x[0]) * area.width()
        return across, area.bottom() - (y - self.y[0]) / (self.y[1] - self.y[0]) * area.height()

    def value_at(self, across: float) -> float:
        """Return the x value under a pixel."""
        return self.x[0] + (across - self.area.left()) / self.area.width() * (self.x[1] - self.x[0])


class LineBuffer:
    """Lines between points, drawn separately: joining thick ones costs Qt fifty times as much. Qt reads the array
    itself, because a QLineF per line would cost more than drawing; the array stays in place while Qt knows of it."""

    def __init__(self) -> None:
        self._grow(1024)

    def _grow(self, count: int) -> None:
        self._array = np.zeros((count, 4))
        self._first = shiboken6.Shiboken.wrapInstance(self._array.ctypes.data, QLineF)

    def draw(self, painter: QPainter, x: Array, y: Array) -> None:
        """Draw the lines between neighbouring points with the painter's pen."""
        count = len(x) - 1
        if count > len(self._array):
            self._grow(2 * count)
        lines = self._array[:count]
        lines[:, 0], lines[:, 1], lines[:, 2], lines[:, 3] = x[:-1], y[:-1], x[1:], y[1:]
        painter.drawLines(self._first, count)  # type: ignore[call-overload]


def span(values: Sequence[Array], pad: float) -> Span:
    """Return the finite extent of arrays with a margin; (0, 1) when there is none."""
    finite = [v[np.isfinite(v)] for v in values]
    known = [v for v in finite if len(v)]
    if not known:
        return 0.0, 1.0
    low, high = float(min(v.min() for v in known)), float(max(v.max() for v in known))
    if low == high:
        room = abs(low) * 0.1 or 0.5
        return low - room, high + room
    return low - pad * (high - low), high + pad * (high - low)


def stretches(fine: np.ndarray[Any, np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Return (start, stop) of each run of two or more points that have a place."""
    if fine.all():
        return [(0, len(fine))] if len(fine) > 1 else []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], fine, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if b - a > 1]


def apart(
    ends: list[tuple[float, float, Curve]], height: float, top: float = -math.inf, bottom: float = math.inf
) -> list[tuple[tuple[float, float, Curve], float]]:
    """Return each end (x, y in pixels, curve) with how far its label moves: as little as keeps all of them apart.

    top, bottom: no label's middle lies above or below them.
    """
    ordered = sorted(ends, key=lambda end: end[1])
    groups: list[tuple[float, int]] = []
    """Labels that touch: where the first of them would stand on the average, and how many they are."""
    for i, (_, y, _curve) in enumerate(ordered):
        group = (y - i * height, 1)
        while groups and groups[-1][0] > group[0]:
            (first, n), (second, m) = groups.pop(), group
            group = ((first * n + second * m) / (n + m), n + m)
        groups.append(group)
    lowest = bottom - (len(ordered) - 1) * height
    firsts = [max(min(first, lowest), top) for first, count in groups for _ in range(count)]
    shifts = [first + i * height - end[1] for i, (first, end) in enumerate(zip(firsts, ordered, strict=True))]
    return list(zip(ordered, shifts, strict=True))
