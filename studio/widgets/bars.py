"""Bars: histograms and counts per class."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.widgets.base import Themed, named, painter_of


class BarPlot(Themed, QWidget):
    """Bars from zero, painted plainly: histograms (no gaps) and counts per class (with labels)."""

    def __init__(self, *, name: str, color: str = "plot.0", gap: float = 1.0, labels: bool = True) -> None:
        super().__init__()
        self._values: list[float] = []
        self._names: list[str] = []
        self._color, self._gap, self._show = color, gap, labels
        self.setMinimumHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        named(self, name)
        self.follow_theme()

    def set_bars(self, values: Sequence[float], names: Sequence[str] = (), color: str | None = None) -> None:
        """Show values; names stand under the bars, as many as fit."""
        self._values, self._names, self._color = [float(v) for v in values], list(names), color or self._color
        self.setAccessibleDescription("; ".join(f"{n}: {v:.4g}" for n, v in zip(names, values, strict=False)))
        self.update()

    def values(self) -> list[float]:
        """Return the values that are shown."""
        return self._values

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        foot = 18 if self._show and self._names else 1
        room = QRectF(0, 2, self.width(), self.height() - foot - 2)
        top = max((v for v in self._values if math.isfinite(v)), default=0.0)
        step = room.width() / max(len(self._values), 1)
        for i, value in enumerate(self._values):
            tall = room.height() * value / top if top > 0 and math.isfinite(value) else 0.0
            bar = QRectF(i * step + self._gap / 2, room.bottom() - tall, max(step - self._gap, 1), tall)
            painter.fillRect(bar, theme.color(self._color))
        painter.fillRect(QRectF(0, room.bottom(), room.width(), 1), theme.color("border.default"))
        if foot > 1:
            self._name(painter, step, room.bottom() + 2)

    def _name(self, painter: QPainter, step: float, y: float) -> None:
        font = theme.font(11)
        painter.setFont(font)
        painter.setPen(theme.color("text.muted"))
        widest = max((theme.text_width(n, font) for n in self._names), default=1.0) + 8
        every = max(1, math.ceil(widest / max(step, 1)))
        for i in range(0, len(self._names), every):
            box = QRectF(i * step - widest / 2 + step / 2, y, widest, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._names[i])
