"""The split bar: three parts to scale; drag a handle, or use the arrow keys on it, to move rows between parts."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio import theme
from studio.text import tr
from studio.widgets import Themed, named, painter_of

PARTS = (("train", "plot.0"), ("validation", "plot.1"), ("test", "plot.2"))
STEP = 0.01
LEAST_TRAIN = 0.05


class SplitBar(Themed, QWidget):
    """Shares of training, validation and test rows. `changed((train, validation))` while a handle moves."""

    changed = Signal(object)
    released = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shares = (0.7, 0.15, 0.15)
        self._handle = 0
        self._held = False
        self.setFixedHeight(30)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, tr("Split shares"), tr("Drag a handle; or Tab here, Space changes the handle, arrow keys move it"))
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return QSize(240, 30)

    def set_shares(self, train: float, validation: float, test: float) -> None:
        """Show these shares."""
        self.shares = (train, validation, test)
        self.setAccessibleDescription(
            tr("train {a:.0%}, validation {b:.0%}, test {c:.0%}", a=train, b=validation, c=test)
        )
        self.update()

    def handle_x(self, handle: int) -> float:
        """Return where a handle is: 0 between training and validation, 1 between validation and test."""
        return sum(self.shares[: handle + 1]) * self.width()

    def move_to(self, handle: int, share: float) -> None:
        """Put a handle at a share of the bar, on whole per cents; parts never overlap."""
        share = round(share / STEP) * STEP
        first, second = self.shares[0], sum(self.shares[:2])
        if handle == 0:
            first = min(max(share, LEAST_TRAIN), second)
        else:
            second = min(max(share, first), 1.0)
        train, validation = round(first, 4), round(second - first, 4)
        if (train, validation) != self.shares[:2]:
            self.set_shares(train, validation, round(1 - train - validation, 4))
            self.changed.emit((train, validation))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self._handle = min((0, 1), key=lambda h: abs(self.handle_x(h) - x))
        self._held = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self.move_to(self._handle, event.position().x() / max(self.width(), 1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = False
        self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}
        if event.key() == Qt.Key.Key_Space:
            self._handle = 1 - self._handle
            self.update()
        elif event.key() in steps:
            at = sum(self.shares[: self._handle + 1])
            self.move_to(self._handle, at + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        x = 0.0
        ink = theme.color("text.onAccent") if theme.scheme() == "light" else theme.color("bg.app")
        for (name, token), share in zip(PARTS, self.shares, strict=True):
            width = share * self.width()
            box = QRectF(x + (2 if x else 0), 0, max(width - (2 if x else 0) - 2, 0), 30)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(token))
            painter.drawRoundedRect(box, 5, 5)
            painter.setPen(ink)
            painter.setFont(theme.font(11, 600))
            words = f"{100 * share:.0f}"
            words = tr("Train {share} %", share=words) if name == "train" else words
            if box.width() > painter.fontMetrics().horizontalAdvance(words):
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
            x += width
        for handle in (0, 1):
            self._paint_handle(painter, handle)

    def _paint_handle(self, painter: QPainter, handle: int) -> None:
        hot = self.hasFocus() and handle == self._handle
        painter.setPen(QPen(theme.color("accent.line" if hot else "border.control"), 2 if hot else 1))
        painter.setBrush(theme.color("bg.raised"))
        painter.drawRoundedRect(QRectF(min(max(self.handle_x(handle) - 3, 0), self.width() - 6), 7, 6, 16), 3, 3)
