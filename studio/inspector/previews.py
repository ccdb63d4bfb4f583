"""Small live pictures beside a field: the curve of an activation, what a rate drops."""

import functools
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine import registry
from engine.errors import LayerwrightError
from engine.specs import Spec
from studio import theme
from studio.text import tr
from studio.widgets import Themed, named, painter_of

WIDTH, HEIGHT = 28, 22
REACH, POINTS = 3.0, 41
DOTS = 20


@functools.cache
def curve_of(name: str) -> tuple[tuple[float, float], ...]:
    """Return points (x, y) of an activation between -3 and 3; none when it is no function of one number."""
    record = registry.named("activation", name)
    if not record.CURVE:
        return ()
    x = np.linspace(-REACH, REACH, POINTS)
    try:
        y = np.asarray(record()(x), np.float64)
    except (LayerwrightError, ArithmeticError, ValueError):
        return ()
    return tuple(zip(x.tolist(), y.tolist(), strict=True))


class Preview(Themed, QWidget):
    """A picture of 28 x 22 that has no keyboard."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFixedSize(WIDTH, HEIGHT)
        named(self, name)
        self.follow_theme()


class CurvePreview(Preview):
    """The curve of an activation."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.points: tuple[tuple[float, float], ...] = ()
        self._softmax = False

    def show_value(self, activation: str | None) -> None:
        """Show the curve of an activation, by name; None: nothing."""
        self.points = curve_of(activation) if activation else ()
        self._softmax = bool(activation) and not self.points
        text = tr("Curve of {name}", name=activation) if self.points else ""
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tone = painter_of(self), theme.category("activation").color
        if self._softmax:
            _bars(painter, (0.25, 0.5, 1.0, 0.35), theme.color(tone))
            return
        if not self.points:
            return
        painter.setPen(QPen(theme.color("border.default"), 1))
        painter.drawLine(QPointF(0, HEIGHT / 2), QPointF(WIDTH, HEIGHT / 2))
        painter.setPen(QPen(theme.color(tone), 1.75))
        painter.drawPath(_path(self.points))


class RateDots(Themed, QWidget):
    """Twenty numbers of a row; those that a rate drops are hollow."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rate: float | None = None
        self.setFixedHeight(18)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        named(self, name)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return QSize(160, 18)

    def dropped(self) -> int:
        """Return how many of the twenty are dropped."""
        return 0 if self.rate is None else round(self.rate * DOTS)

    def show_value(self, rate: float | None) -> None:
        """Show a rate; None: nothing."""
        self.rate = rate
        text = "" if rate is None else tr("About {n} of {all} numbers are dropped", n=self.dropped(), all=DOTS)
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.rate is None:
            return
        painter, tone = painter_of(self), theme.color(theme.category("regular").color)
        gone = _spread(self.dropped())
        step = min(self.width() / DOTS, 9.0)
        painter.setPen(QPen(tone, 1.25))
        for i in range(DOTS):
            painter.setBrush(Qt.BrushStyle.NoBrush if i in gone else tone)
            painter.drawEllipse(QPointF(step * (i + 0.5), 9), 2.6, 2.6)


def below(spec: Spec, field: str, kind: str) -> RateDots | None:
    """Return the picture that stands under a field, or None."""
    drops = kind == "rate" and spec.GROUP == "regular"
    return RateDots(tr("Numbers that {field} drops", field=field)) if drops else None


def _spread(count: int) -> set[int]:
    """Return `count` of the places 0..19, spread out, always the same ones."""
    order = [(i * 7) % DOTS for i in range(DOTS)]
    return set(order[:count])


def _path(points: tuple[tuple[float, float], ...]) -> QPainterPath:
    """Return a curve in the picture, which ends where the curve leaves it: a flat end would be another function."""
    path, inside = QPainterPath(), False
    for x, y in points:
        at = QPointF((x + REACH) / (2 * REACH) * WIDTH, HEIGHT / 2 - y / REACH * (WIDTH / 2))
        seen = 1 <= at.y() <= HEIGHT - 1
        if seen:
            path.lineTo(at) if inside else path.moveTo(at)
        inside = seen
    return path


def _bars(painter: QPainter, heights: tuple[float, ...], tone: Any) -> None:
    step = WIDTH / max(len(heights), 1)
    for i, height in enumerate(heights):
        tall = max(height * (HEIGHT - 4), 1.0 if height else 0.0)
        painter.fillRect(QRectF(i * step, HEIGHT - 2 - tall, max(step - 0.8, 1), tall), tone)
