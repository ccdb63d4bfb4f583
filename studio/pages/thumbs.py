"""Small drawn pictures for the templates of the start page, and spark-lines."""

import math
import random
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.widgets import Themed, painter_of, rounded

DIGIT = ("00000000", "00333300", "03000030", "00000030", "00003300", "00000030", "03000030", "00333300")
Draw = Callable[[QPainter, float, float, random.Random], None]


class Thumb(Themed, QWidget):
    """The picture of a template: "binary", "multiclass", "regression" or "image"."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self.setMinimumHeight(72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect = painter_of(self), QRectF(self.rect())
        rounded(painter, rect, theme.color("bg.subtle"), None, 6)
        clip = QPainterPath()
        clip.addRoundedRect(rect, 6, 6)
        painter.setClipPath(clip)
        THUMBS[self._kind](painter, rect.width(), rect.height(), random.Random(len(self._kind)))


class Spark(Themed, QWidget):
    """A line of a few values."""

    def __init__(self, values: Sequence[float], color: str = "plot.0") -> None:
        super().__init__()
        self._values = [v for v in values if math.isfinite(v)]
        self._color = color
        self.setFixedSize(64, 24)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return QSize(64, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._values) < 2:
            return
        low, high = min(self._values), max(self._values)
        span, path = (high - low) or 1.0, QPainterPath()
        for i, value in enumerate(self._values):
            at = QPointF(1 + i / (len(self._values) - 1) * 62, 21 - 18 * (value - low) / span)
            path.lineTo(at) if i else path.moveTo(at)
        painter = painter_of(self)
        painter.setPen(QPen(theme.color(self._color), 1.5))
        painter.drawPath(path)


def _dots(
    painter: QPainter,
    place: tuple[float, float],
    spread: tuple[float, float],
    color: str,
    r: random.Random,
    n: int = 24,
) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(color, 0.85))
    for _ in range(n):
        at = QPointF(place[0] + r.gauss(0, spread[0]), place[1] + r.gauss(0, spread[1]))
        painter.drawEllipse(at, 2.4, 2.4)


def _binary(painter: QPainter, w: float, h: float, r: random.Random) -> None:
    edge = QPainterPath(QPointF(w * 0.28, h))
    edge.cubicTo(w * 0.36, h * 0.5, w * 0.62, h * 0.6, w * 0.74, 0)
    side = QPainterPath(edge)
    side.lineTo(0, 0)
    side.lineTo(0, h)
    painter.fillPath(side, theme.color("plot.0", 0.1))
    _dots(painter, (w * 0.33, h * 0.36), (w * 0.05, h * 0.12), "plot.0", r)
    _dots(painter, (w * 0.66, h * 0.66), (w * 0.05, h * 0.12), "plot.1", r)
    painter.setPen(QPen(theme.color("text.secondary"), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(edge)


def _multiclass(painter: QPainter, w: float, h: float, r: random.Random) -> None:
    for x, y, color in ((0.27, 0.62, "plot.0"), (0.5, 0.3, "plot.2"), (0.74, 0.66, "plot.3")):
        _dots(painter, (w * x, h * y), (w * 0.045, h * 0.11), color, r, 20)


def _regression(painter: QPainter, w: float, h: float, r: random.Random) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("plot.0", 0.75))
    for _ in range(34):
        t = r.random()
        painter.drawEllipse(QPointF(w * (0.12 + 0.76 * t), h * (0.78 - 0.55 * t**1.4 + r.gauss(0, 0.06))), 2.4, 2.4)
    path = QPainterPath(QPointF(w * 0.12, h * 0.78))
    for i in range(1, 40):
        path.lineTo(QPointF(w * (0.12 + 0.76 * i / 39), h * (0.78 - 0.55 * (i / 39) ** 1.4)))
    painter.setPen(QPen(theme.color("plot.1"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def _image(painter: QPainter, w: float, h: float, r: random.Random) -> None:
    side = h / 9.2
    for j, line in enumerate(DIGIT):
        for i, value in enumerate(line):
            fill = theme.mix("bg.active", "accent.fill", int(value) / 3 * 0.8 + r.random() * 0.08)
            at = QRectF(w / 2 + (i - 4) * side, h * 0.065 + j * side, side - 1.5, side - 1.5)
            rounded(painter, at, fill, None, 1.5)


THUMBS: dict[str, Draw] = {
    "binary": _binary, "multiclass": _multiclass, "regression": _regression, "image": _image,
}  # fmt: skip
