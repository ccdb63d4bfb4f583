"""A matrix of coloured cells: confusion matrices."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.widgets.base import Themed, named, painter_of, rounded


class HeatMap(Themed, QWidget):
    """A matrix with the number in each cell: confusion matrices. `picked(row, column)` on click or arrow keys.

    -1 stands for a whole row or column (a click on a head).
    """

    picked = Signal(object, object)

    def __init__(self, *, name: str, x_label: str = "", y_label: str = "") -> None:
        super().__init__()
        self._cells: Any = np.zeros((0, 0))
        self._texts: Any = None
        self._names: list[str] = []
        self._x_label, self._y_label, self._chosen = x_label, y_label, (-2, -2)
        self.setMinimumSize(160, 140)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        named(self, name)
        self.follow_theme()

    def set_cells(self, shares: Any, names: Sequence[str], texts: Any = None) -> None:
        """Show a square matrix: shares in 0..1 give the colour, texts (default: the shares) the numbers."""
        self._cells, self._texts, self._names = np.asarray(shares, float), texts, list(names)
        self.update()

    def choose(self, row: int, column: int) -> None:
        """Ring a cell (or a row or column with -1) without telling."""
        self._chosen = (row, column)
        self.update()

    def chosen(self) -> tuple[int, int]:
        """Return the ringed cell; (-2, -2) is none."""
        return self._chosen

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, grid = painter_of(self), self._grid()
        n = len(self._cells)
        if not n:
            return
        cell = QRectF(0, 0, grid.width() / n, grid.height() / n)
        for i in range(n):
            for j in range(n):
                self._cell(painter, cell.translated(grid.x() + j * cell.width(), grid.y() + i * cell.height()), i, j)
        self._heads(painter, grid, cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        grid, n = self._grid(), len(self._cells)
        if not n:
            return
        place = event.position()
        column = int((place.x() - grid.x()) // (grid.width() / n)) if place.x() >= grid.x() else -1
        row = int((place.y() - grid.y()) // (grid.height() / n)) if place.y() <= grid.bottom() else -1
        if max(row, column) >= 0 and row < n and column < n:
            self._pick(max(row, -1), column)

    def keyPressEvent(self, event: Any) -> None:
        moves = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        key, n = Qt.Key(event.key()), len(self._cells)
        if key not in moves or not n:
            super().keyPressEvent(event)
            return
        row, column = (max(c, 0) + d for c, d in zip(self._chosen, moves[key], strict=True))
        self._pick(min(max(row, 0), n - 1), min(max(column, 0), n - 1))

    def _pick(self, row: int, column: int) -> None:
        self.choose(row, column)
        self.picked.emit(row, column)

    def _grid(self) -> QRectF:
        font: QFont = theme.font(11)
        left = min(max((theme.text_width(n, font) for n in self._names), default=0) + 12, self.width() * 0.3)
        left += 18 if self._y_label else 0
        return QRectF(left, 2, self.width() - left - 2, self.height() - 26 - (16 if self._x_label else 0))

    def _cell(self, painter: QPainter, box: QRectF, i: int, j: int) -> None:
        share = float(self._cells[i][j])
        fill = theme.ramp(share if math.isfinite(share) else 0.0)
        rounded(painter, box.adjusted(1, 1, -1, -1), fill, None, 3)
        if (i, j) == self._chosen or (i, -1) == self._chosen or (-1, j) == self._chosen:
            rounded(painter, box.adjusted(1, 1, -1, -1), None, theme.color("accent.line"), 3, 2)
        text = str(self._texts[i][j]) if self._texts is not None else f"{share:.0%}"
        dark = fill.lightnessF() < 0.64
        painter.setPen(theme.color("#FFFFFF" if dark else "#171A21"))
        painter.setFont(theme.font(12 if box.width() > 34 else 11, 500, mono=True))
        if box.width() > theme.text_width(text, painter.font()) and box.height() > 12:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _heads(self, painter: QPainter, grid: QRectF, cell: QRectF) -> None:
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text.secondary"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        metrics, elide = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        side = 18 if self._y_label else 0
        for i, name in enumerate(self._names):
            box = QRectF(side, grid.y() + i * cell.height(), grid.x() - side - 6, cell.height())
            painter.drawText(box, right, metrics.elidedText(name, elide, int(box.width())))
            box = QRectF(grid.x() + i * cell.width(), grid.bottom() + 4, cell.width(), 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(name, elide, int(box.width()) - 2))
        painter.setPen(theme.color("text.muted"))
        if self._x_label:
            box = QRectF(grid.x(), self.height() - 17, grid.width(), 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._x_label)
        if self._y_label:
            painter.translate(0, grid.bottom())
            painter.rotate(-90)
            painter.drawText(QRectF(0, 0, grid.height(), 16), Qt.AlignmentFlag.AlignCenter, self._y_label)
            painter.resetTransform()
