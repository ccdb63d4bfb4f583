"""The confusion matrix: a painted grid of true against predicted classes, moved through with mouse or keys."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.text import plural, tr
from studio.widgets import plain_tip

Cell = tuple[int | None, int | None]
"""(true class, predicted class); None stands for "any": a whole column or row."""
TOP, GAP, LABEL_LIMIT = 44, 4, 120
CENTRE, RIGHT = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
STEPS = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}


def shade(share: float, hit: bool) -> QColor:
    """Return the colour of a cell that holds this share of its row: faint errors stay visible, none outdoes a hit."""
    error = min(share**0.6 * 1.15, 0.8)
    return theme.ramp(max(0.25 + 0.55 * share, error) if hit else error)


def readable(background: QColor) -> QColor:
    """Return black or white, whichever contrasts more with a background."""
    level = 0.2126 * background.redF() ** 2.2 + 0.7152 * background.greenF() ** 2.2 + 0.0722 * background.blueF() ** 2.2
    return QColor("#FFFFFF") if 1.05 / (level + 0.05) >= (level + 0.05) / 0.056 else QColor("#111318")


class ConfusionMatrix(QWidget):
    """Counts (or shares of a row) per cell. Click a cell, a class name, or move with the arrows and press Enter.

    `picked` is emitted with the chosen Cell, or None when the choice was cleared.
    """

    picked = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._names: tuple[str, ...] = ()
        self._chosen: Cell | None = None
        self._at = (0, 0)
        self._percent = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(180, 160)
        theme.signals.changed.connect(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(460, 400)

    def show_counts(self, counts: NDArray[np.int64], names: tuple[str, ...]) -> None:
        """Show another matrix (rows: true class); the choice is cleared without a signal."""
        self._counts, self._names = np.asarray(counts), names
        self._chosen, self._at = None, (0, 0)
        self._describe()
        self.update()

    def show_percent(self, on: bool) -> None:
        """Show shares of each row instead of counts."""
        self._percent = on
        self.update()

    @property
    def chosen(self) -> Cell | None:
        """The chosen cell, row or column."""
        return self._chosen

    def choose(self, cell: Cell | None) -> None:
        """Choose a cell, a row (true, None), a column (None, predicted) or nothing, and tell it."""
        if cell == self._chosen:
            return
        self._chosen = cell
        if cell is not None:
            self._at = (self._at[0] if cell[0] is None else cell[0], self._at[1] if cell[1] is None else cell[1])
        self._describe()
        self.update()
        self.picked.emit(cell)

    def sentence(self, cell: Cell) -> str:
        """Return what a cell says: "true Sira → predicted Dermason · 38 rows"."""
        true, predicted = cell
        rows = self._counts[slice(None) if true is None else true, slice(None) if predicted is None else predicted]
        parts = [] if true is None else [tr("true {name}", name=self._names[true])]
        parts += [] if predicted is None else [tr("predicted {name}", name=self._names[predicted])]
        return f"{' → '.join(parts)} · {plural(int(np.sum(rows)), 'row', 'rows')}"

    # ---- mouse and keys --------------------------------------------------------------------------------------------
    def cell_at(self, point: QPointF) -> Cell | None:
        """Return the cell, row name or column name under a point."""
        if not self._names:
            return None
        left, width, height = self._grid()
        column, row = int((point.x() - left) // width), int((point.y() - TOP) // height)
        inside = [0 <= i < len(self._names) for i in (row, column)]
        if all(inside):
            return row, column
        if inside[0] and 0 <= point.x() < left:
            return row, None
        return (None, column) if inside[1] and 18 <= point.y() < TOP else None

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where a cell is painted."""
        left, width, height = self._grid()
        return QRectF(left + column * width + 1, TOP + row * height + 1, width - 2, height - 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        self.choose(None if cell == self._chosen else cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS and self._names:
            self._move(*STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._names:
            self.choose(self._at)
        elif key == Qt.Key.Key_Escape and self._chosen is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def _move(self, down: int, right: int) -> None:
        last = len(self._names) - 1
        self._at = (min(max(self._at[0] + down, 0), last), min(max(self._at[1] + right, 0), last))
        self._describe()
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tip(self.sentence(cell)) if cell else "", self)
            return True
        return super().event(event)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(self.sentence(self._chosen or self._at) if self._names else "")

    # ---- painting --------------------------------------------------------------------------------------------------
    def _restyle(self, _mode: object) -> None:
        self.update()

    def _grid(self) -> tuple[float, float, float]:
        """Return the left edge of the cells, their width and their height."""
        metrics = QFontMetricsF(theme.font(11, 500))
        widest = max((metrics.horizontalAdvance(n) for n in self._names), default=0.0)
        left = min(max(widest, 28.0) + 14, LABEL_LIMIT, self.width() * 0.4)
        count = max(len(self._names), 1)
        return left, (self.width() - left - GAP) / count, (self.height() - TOP - GAP) / count

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._names:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_names(painter)
        shares = self._counts / np.maximum(self._counts.sum(1, keepdims=True), 1)
        for row in range(len(self._names)):
            for column in range(len(self._names)):
                self._paint_cell(painter, row, column, float(shares[row, column]))
        painter.end()

    def _paint_names(self, painter: QPainter) -> None:
        left, width, height = self._grid()
        painter.setFont(theme.font(11, 500))
        painter.setPen(theme.color("text.muted"))
        painter.drawText(QRectF(left, 0, self.width() - left, 16), CENTRE, tr("predicted"))
        painter.drawText(QRectF(0, 20, left - 8, 20), RIGHT, tr("true"))
        metrics = QFontMetricsF(painter.font())
        for i, name in enumerate(self._names):
            self._name_pen(painter, i, 1)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width + (8 if width > 30 else 0))
            painter.drawText(QRectF(left + i * width - 6, 22, width + 12, 18), CENTRE, text)
            self._name_pen(painter, i, 0)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left - 8)
            painter.drawText(QRectF(0, TOP + i * height, left - 8, height), RIGHT, text)

    def _name_pen(self, painter: QPainter, index: int, axis: int) -> None:
        on = self._chosen is not None and self._chosen[axis] == index
        painter.setPen(theme.color("text.primary" if on else "text.secondary"))

    def _paint_cell(self, painter: QPainter, row: int, column: int, share: float) -> None:
        box, count, chosen = self.cell_rect(row, column), int(self._counts[row, column]), self._is_chosen(row, column)
        fill = shade(share, row == column) if count else theme.color("bg.subtle")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 4, 4)
        if chosen or (self.hasFocus() and self._at == (row, column)):
            painter.setPen(QPen(theme.color("text.primary" if chosen else "accent.line"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
        if count and box.height() >= 12:
            painter.setPen(readable(fill))
            painter.setFont(theme.font(12 if min(box.width(), box.height()) > 24 else 9, 600 if row == column else 500))
            painter.drawText(box, CENTRE, f"{100 * share:.0f} %" if self._percent else str(count))

    def _is_chosen(self, row: int, column: int) -> bool:
        if self._chosen is None:
            return False
        true, predicted = self._chosen
        return true in (None, row) and predicted in (None, column)
