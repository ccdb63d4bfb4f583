"""Snapping: a dragged rectangle lines up with others, and the lines along which it does are drawn as guides."""

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF

from studio.canvas.arrange import GRID, PITCH

PULL = 8.0
OVER = 16.0
"""How far a guide sticks out."""


@dataclass(frozen=True, slots=True)
class Snapped:
    """How far the rectangle still has to move, and the guides to draw."""

    dx: float
    dy: float
    guides: tuple[QLineF, ...] = ()


class Snap:
    """The edges and middles of what does not move."""

    def __init__(self, others: Iterable[QRectF]) -> None:
        rects = list(others)
        self._columns = _Lines((v, r) for r in rects for v in (r.left(), r.center().x(), r.right()))
        self._rows = _Lines((v, r) for r in rects for v in (r.top(), r.center().y(), r.bottom()))
        self._xs = self._columns.values
        self._ys = sorted({*self._rows.values, *(r.top() + PITCH for r in rects)})

    def of(self, rect: QRectF) -> Snapped:
        """Return how a rectangle at this place lines up; without a partner it goes to the grid."""
        xs = (rect.left(), rect.center().x(), rect.right())
        ys = (rect.top(), rect.center().y(), rect.bottom())
        dx, dy = _pull(self._xs, xs), _pull(self._ys, ys)
        moved = rect.translated(_to_grid(rect.left()) if dx is None else dx, _to_grid(rect.top()) if dy is None else dy)
        guides = [] if dx is None else self._upright(moved)
        guides += [] if dy is None else self._level(moved)
        return Snapped(moved.x() - rect.x(), moved.y() - rect.y(), tuple(guides))

    def _upright(self, rect: QRectF) -> list[QLineF]:
        for x in (rect.center().x(), rect.left(), rect.right()):
            if partners := self._columns.at(x):
                top = min(rect.top(), *(r.top() for r in partners)) - OVER
                bottom = max(rect.bottom(), *(r.bottom() for r in partners)) + OVER
                return [QLineF(x, top, x, bottom)]
        return []

    def _level(self, rect: QRectF) -> list[QLineF]:
        for y in (rect.center().y(), rect.top(), rect.bottom()):
            if partners := self._rows.at(y):
                left = min(rect.left(), *(r.left() for r in partners)) - OVER
                right = max(rect.right(), *(r.right() for r in partners)) + OVER
                return [QLineF(left, y, right, y)]
        return []


class _Lines:
    """Edges and middles in order, each with the rectangle that it belongs to."""

    def __init__(self, lines: Iterable[tuple[float, QRectF]]) -> None:
        self._lines = sorted(lines, key=lambda line: line[0])
        self.values = [value for value, _ in self._lines]

    def at(self, value: float) -> list[QRectF]:
        """Return the rectangles with a line here."""
        first, last = bisect.bisect_right(self.values, value - 0.5), bisect.bisect_left(self.values, value + 0.5)
        return [rect for _, rect in self._lines[first:last]]


def _pull(lines: Sequence[float], values: Sequence[float]) -> float | None:
    """Return the smallest way from one of the values to a line within reach."""
    ways = [line - value for value in values for line in _around(lines, value) if abs(line - value) <= PULL]
    return min(ways, key=abs, default=None)


def _around(lines: Sequence[float], value: float) -> Sequence[float]:
    at = bisect.bisect(lines, value)
    return lines[max(at - 1, 0) : at + 1]


def _to_grid(value: float) -> float:
    return round(value / GRID) * GRID - value
