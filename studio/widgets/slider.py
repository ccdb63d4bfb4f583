"""Slider and progress bar."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.widgets.base import Themed, named, painter_of, rounded

EDGE = 7


class Slider(Themed, QWidget):
    """A value on a track. `changed(float)` while dragging and at each key, `released()` when a drag ends.

    `grabbed(bool)`: a drag begins, or ends.

    band: (low, high) of the range that was seen in training; outside it the knob is amber. mark: a tick (the median).
    log: the track is logarithmic (learning rates). step 0: no steps.
    """

    changed = Signal(object)
    released = Signal()
    grabbed = Signal(object)

    def __init__(
        self,
        value: float = 0.0,
        minimum: float = 0.0,
        maximum: float = 1.0,
        *,
        name: str,
        step: float = 0.0,
        log: bool = False,
        band: tuple[float, float] | None = None,
        mark: float | None = None,
        tooltip: str = "",
    ) -> None:
        super().__init__()
        self.minimum, self.maximum, self.step, self.log, self.band, self.mark = minimum, maximum, step, log, band, mark
        self._value = value
        self.setFixedHeight(20)
        self.setMinimumWidth(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, name, tooltip)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return QSize(140, 20)

    def value(self) -> float:
        """Return the value."""
        return self._value

    def set_value(self, value: float) -> None:
        """Move the knob without telling."""
        self._value = value
        self.update()

    def set_range(self, minimum: float, maximum: float, step: float = 0.0) -> None:
        """Change the ends of the track."""
        self.minimum, self.maximum, self.step = minimum, maximum, step
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps:
            share = self.step / (self.maximum - self.minimum) if self.step and self.maximum > self.minimum else 0.01
            self._go(self._share(self._value) + steps[key] * (0.01 if self.log else share))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go(0.0 if key == Qt.Key.Key_Home else 1.0)
        else:
            super().keyPressEvent(event)
            return
        self.released.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.grabbed.emit(True)
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.grabbed.emit(False)
        self.released.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, y = painter_of(self), self.height() / 2
        x0, x1 = float(EDGE), float(self.width() - EDGE)
        at = x0 + (x1 - x0) * min(max(self._share(self._value), 0), 1)
        live = self.isEnabled()
        knob = "accent.fill" if live else "border.strong"
        if self.band and not self.band[0] <= self._value <= self.band[1]:
            knob = "warning.fill"
        rounded(painter, QRectF(x0, y - 2, x1 - x0, 4), theme.color("bg.active"), None, 2)
        if self.band:
            low, high = (min(max(self._share(v), 0), 1) for v in self.band)
            seen = QRectF(x0 + (x1 - x0) * low, y - 2, (x1 - x0) * (high - low), 4)
            rounded(painter, seen, theme.mix("bg.active", "accent.fill", 0.3), None, 2)
        else:
            rounded(painter, QRectF(x0, y - 2, at - x0, 4), theme.color(knob), None, 2)
        if self.mark is not None:
            painter.fillRect(
                QRectF(x0 + (x1 - x0) * self._share(self.mark) - 0.5, y - 5, 1, 10), theme.color("border.control")
            )
        painter.setPen(QPen(theme.color(knob), 2))
        painter.setBrush(theme.color("bg.raised"))
        painter.drawEllipse(QPointF(at, y), 6, 6)

    def _share(self, value: float) -> float:
        low, high = self.minimum, self.maximum
        if high <= low:
            return 0.0
        if self.log:
            return math.log(max(value, low) / low) / math.log(high / low)
        return (value - low) / (high - low)

    def _at(self, share: float) -> float:
        share = min(max(share, 0.0), 1.0)
        if self.log:
            return float(f"{self.minimum * (self.maximum / self.minimum) ** share:.3g}")
        value = self.minimum + share * (self.maximum - self.minimum)
        return (
            min(self.minimum + round((value - self.minimum) / self.step) * self.step, self.maximum)
            if self.step
            else value
        )

    def _drag(self, event: QMouseEvent) -> None:
        self._go((event.position().x() - EDGE) / max(self.width() - 2 * EDGE, 1))

    def _go(self, share: float) -> None:
        value = self._at(share)
        if value != self._value:
            self._value = value
            self.update()
            self.changed.emit(value)


class ProgressBar(Themed, QWidget):
    """A share of a whole, drawn at its true length."""

    def __init__(self, value: float = 0.0, *, name: str, color: str = "accent.fill", height: int = 6) -> None:
        super().__init__()
        self._value, self._color = value, color
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        named(self, name)
        self.follow_theme()

    def set_value(self, value: float, color: str | None = None) -> None:
        """Set the share, 0 to 1."""
        self._value, self._color = min(max(value, 0.0), 1.0), color or self._color
        self.setAccessibleDescription(f"{self._value:.0%}")
        self.update()

    def value(self) -> float:
        """Return the share."""
        return self._value

    def sizeHint(self) -> QSize:
        return QSize(120, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect, h = painter_of(self), QRectF(self.rect()), self.height()
        rounded(painter, rect, theme.color("bg.active"), None, h / 2)
        if self._value <= 0:
            return
        clip = QPainterPath()
        clip.addRoundedRect(rect, h / 2, h / 2)
        painter.setClipPath(clip)
        width = max(rect.width() * self._value, 2)
        rounded(painter, QRectF(-h, 0, width + h, h), theme.color(self._color), None, min(h / 2, 3))
